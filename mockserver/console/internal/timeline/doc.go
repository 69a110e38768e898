// Package timeline lays out what became of each secret of a client: a lane for each,
// the marks on it, and an axis of time that all of them fit on. It is pure; the
// drawing is the console's.
package timeline
