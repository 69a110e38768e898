// Package defect is the catalogue of deliberate misbehaviours of the stand-in: a
// secret that lives on, a deletion that takes its neighbour along, an error that names
// the password. A suite that never saw a check fail cannot be told from one that
// cannot fail; with a defect switched on, the checks that it breaks a promise of have
// to fail, and no others.
//
// A defect is a value: a permanent id, a sentence, the providers whose behaviour it
// changes, and hooks at the seams of a request's way through the server (see Hooks).
// No handler knows of it. What a defect remembers begins when it is switched on.
//
// To add one, put a value into the table of its family (catalogue.go has them in
// order). It is made of the seams in seams.go, around.go, header.go and store.go; what
// takes more than a few lines is a named function below the table. Then
// `make matrix ARGS=-write-kills` measures which checks find it: each line that this
// changes in kills.yaml is a claim about them, and has to be read.
package defect
