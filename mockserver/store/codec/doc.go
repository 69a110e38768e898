// Package codec writes a client as bytes and reads it back, for stores that keep bytes.
// It is the same in all of them, so that what one has kept another can take over.
//
// The serial is left out: a copy of a client has another one, and the same bytes.
//
// The first byte is the format. A reader takes those that it knows and refuses the rest:
// a field that it does not know must not be lost when the client is written again.
package codec
