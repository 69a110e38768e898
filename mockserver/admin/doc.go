// Package admin is the control plane under /__admin: what a test or a developer
// asks of the stand-in itself, and no vendor's API. It is described by a document
// of its own and served by the same pipeline as the emulated APIs.
//
// A page in a browser must not reach it. Requests that come from another origin,
// or under a host name that a public name could be made to resolve to, are
// refused.
package admin
