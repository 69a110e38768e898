// Package client asks the admin plane of a running stand-in, in this process or in
// another: it is the Go side of the document specs/admin. It goes straight to the base
// URL that it is given, by no proxy and to no other place that a reply names, and
// presents the token with every request. It imports the data of package fixtures and
// nothing of the stand-in itself, so whoever runs a container links only this. What a
// reply has beyond what is known here is passed over, with one exception: a world is
// read strictly, because what was passed over would be lost when it is put again.
package client
