// Command keyturn is a stand-in for OAuth client-secret management APIs.
//
// This package is flags, environment, wiring and exit codes: one short file a
// subcommand, and no behaviour that a library user would miss. It is the only one
// that reads the environment or ends the process. Exit codes are 0 for success, 1
// for a failure at run time, and 2 for a mistake in how it was called: a flag, a
// KEYTURN_ variable, a key of the configuration file, a world.
package main
