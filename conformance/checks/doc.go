// Package checks holds the promises, a family a file. A check is a value: the id of
// its catalogue entry and a body, which is a short sequence of calls and
// expectations on a conformance.Session. What a body tests it expects (Failf, FailOn,
// BecomesRefused, Refused, Unchanged); what it only relies on it takes for granted
// (NewClient, Rotate, Given, Must), which ends it as incomplete where that does not
// hold. Effects count and not echoes: whether a secret works is asked of the token
// side.
//
// To add a check, write its entry in the catalogue, its body in the family's file
// and its value in that file's list. A body must be able to fail: a test asks for a
// misbehaviour of a service that it catches.
package checks
