// Package catalogue says what the referee checks and why: every check with its level,
// its sources and its remedy under checks/, and every statement of the vendors' pages
// under promises/, so that it can be seen which of them no check tests. It is data with
// a version of its own, index.yaml, and imports nothing of the referee; the bodies of
// the checks are in package checks. kills.yaml says which misbehaviours of the stand-in
// each check was measured to find; KILLS.md and the badge are made from it.
//
// To add a check, append an entry with the next free number to the file of its family,
// cite the promises it tests, and run "make generate", which rewrites TRACEABILITY.md and
// catalogue.gz, the files as the binary holds them.
// Its applies names what the profile must declare for the check to mean anything; the
// operation create is in it only where creating is what is checked, because a run hands
// each check a client. An id is never used again: to retire a check, set retired to the
// version that drops it and leave the entry; to rename one, list its old id under
// aliases; when it begins to ask for more or less, raise its revision.
package catalogue
