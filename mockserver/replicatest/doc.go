// Package replicatest holds several stand-ins over one PostgreSQL to the promise that they
// are one: what any of them has acknowledged, all others know by the next request. There is
// nothing in it but tests, which talk to the stand-ins over HTTP as callers do.
package replicatest
