// Package mockserver is the stand-in: it owns the way of a request and nothing
// that differs between vendors.
//
//	namespace → route → read → fault before → authenticate → authorise → check the
//	request → handle → check the own reply → fault after → journal → write
//
// Package namespace holds what a request is answered from; this one finds the namespace
// that it chooses. Before a real deployment (package proxy) the way is the same, but that
// the deployment handles, and that what breaks its document is noted and not refused.
//
// Routes are built from the documents in specs, with the handlers of the packages
// under provider; a document and a table that do not name the same operations stop
// the start. The schemas are read on an API's first request, and a fault in one is a
// 500 there, never a pass. A reply that breaks its document never leaves: the caller gets a
// problem document that names the operation, because a stand-in that lies is worse
// than none. Only a defect that somebody switched on (package defect) is let through.
//
// Arrows point down only: mockserver → console → admin → namespace → fault, propagation,
// snapshot, journal, defect, provider, oauth → realm → store → client. It never imports
// conformance, nor the reverse.
package mockserver
