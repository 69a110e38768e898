// Package pgtest runs a PostgreSQL of its own for tests: on a free port of the loopback
// interface, in a temporary folder, as an ordinary user even when the tests are root. It
// uses the binaries that are installed, from the path or where Debian has them; without
// them a test is skipped, but fails where CI is "true".
package pgtest
