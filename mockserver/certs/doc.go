// Package certs makes the stand-in speak TLS: an authority of its own that issues the
// server's certificate, or files that the user brings, and what the handshake is
// configured with.
//
// The authority outlives the process, in a folder, so that a client has to be told of
// it only once. The server's certificate does not: it is made at each start, for the
// names of that start. Nobody has to trust the authority but who wants to test against
// the stand-in; its key is readable by its owner alone.
//
// Time and randomness are arguments. The package imports nothing of the project.
package certs
