// Package propagation is the time that a change of a client's secrets takes to arrive
// everywhere. A provider of the real world accepts a new secret some seconds after it
// was made, and goes on accepting an old one for some seconds after it was retired.
//
// Replicas that lag are emulated at the two seams where it shows: what a call writes
// is noted on its way into the store, and a presented secret is judged by what the
// replica has heard of. Everything else a caller reads is the present state: the
// management side is never late.
//
// Only secrets lag. A client that is disabled or deleted, an expiry that is moved and
// a world that is replaced count at once.
package propagation
