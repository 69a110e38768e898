// Package identityservice is the Identity Service with its Key Rotation API: an
// application has any number of client secrets at once, each may expire, and each
// can be soft-deleted, so that a rotation is an overlap and never a swap.
//
// A secret is shown in the one reply that made it; the realm keeps its digest. The
// service has two error bodies, problem details and its own error object, and the
// vendor's pages say which operation answers with which. What the pages leave open
// is decided in README.md beside the document.
package identityservice
