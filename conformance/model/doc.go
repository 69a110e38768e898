// Package model says what a client and its secrets must look like after whatever was
// done to them, and whether what was seen agrees. It knows operations with their
// outcomes and times, and nothing of how they travelled: no HTTP, no credentials.
//
// There are three judges, one for each way of asking:
//
//   - Client follows one operation after the other and judges each as it comes. Generate
//     makes random sequences for it, Shrink finds a short one among those that fail.
//   - Linearize takes the history of operations that overlapped and looks for an order
//     of them that explains every reply. What a reply can say is for a State: the one
//     secret of a client (Register), a list with tombstones (Set), attributes that are
//     written one by one (Attributes), or whether the client is there at all (Life).
//   - Rule judges what is left once rotations that overlapped are over: which secrets
//     may have been retired and which were lost.
//
// An operation whose reply was lost, or answered in a way that leaves open whether it
// was carried out, may have taken effect at any time after its call, or never. It is
// never taken for a failure. What only looks may show what was so a while ago, where a
// bound for that is declared.
//
// The search for an order is Porcupine's. Sequences are made and shrunk here, because
// the libraries for that want to be run by package testing, decide by themselves how
// often they try, and take every panic for a failure; here a try costs requests, and a
// check that cannot go on is not one that fails.
package model
