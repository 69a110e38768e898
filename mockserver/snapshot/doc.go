// Package snapshot is a namespace as a document: JSON that holds the whole of its state,
// secrets included, but not its journal. A document that one server wrote can be read by
// any other of the same version.
//
// A document is read strictly. What is wrong with it is an error that names the member,
// and the line and the column for what is wrong with its world.
package snapshot
