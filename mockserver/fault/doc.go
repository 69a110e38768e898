// Package fault is how a stand-in fails to order: a Match says which requests, an Effect
// says how. A Set holds the faults of one namespace and is asked once for each request;
// its answer, an Outcome, is what all of them together do to that request. Prefer reads
// the same effects from the Prefer header (RFC 7240) of a request that asks for itself.
//
//	set.Hit → Outcome → Wait → the handler, or a status in its place → Delivery.Write
//
// An effect happens before the handler, so that nothing has changed, or after it, so that
// the change is made and only its answer is lost. What a failing status looks like is the
// vendor's to say: see client.NearestKind and Error.Status.
//
// All that a fault decides follows from its seed, the number of requests that it matched
// and the time it is told, so that a saved fault goes on where it stood.
package fault
