// Package defect is the catalogue of deliberate misbehaviours of the stand-in: a
// secret that lives on, a deletion that takes its neighbour along, an error that names
// the password. A suite that never saw a check fail cannot be told from one that
// cannot fail; with a defect switched on, the checks that it breaks a promise of have
// to fail, and no others.
//
// A defect is a value: a permanent id, a sentence, the providers whose behaviour it
// changes, and hooks at the seams of a request's way through the server (see Hooks).
// No handler knows of it. What a defect remembers begins when it is switched on.
package defect
