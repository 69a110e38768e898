// Package admin is the control plane under /__admin: what a test or a developer
// asks of the stand-in itself, and no vendor's API. It is described by a document
// of its own and served by the same pipeline as the emulated APIs.
//
// It acts on the namespace that a request has chosen, but for what belongs to the whole
// server: the namespaces themselves, the settings, the documents.
//
// What the document does not declare open is for those who present the token of the
// plane. A server without one lets everybody in who is on its machine, and nobody
// when others can reach it.
//
// A page in a browser must not reach it. Requests that come from another origin are
// refused, and so are those under a host name that a public name could be made to
// resolve to, unless they had to present the token.
package admin
