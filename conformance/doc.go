// Package conformance is the referee: it puts a deployment of a client-secret
// management API to the test and says which of its promises hold, with evidence that
// can be sent to the vendor.
//
// # Read a result
//
// A run ends in a report (package report). Each check of the catalogue has one
// verdict: pass; fail, a MUST or a declared policy does not hold; warn, a SHOULD does
// not; info; review, the documents allow two readings and a person has to judge;
// not_applicable, the profile rules it out; incomplete, it applies and could not be
// exercised, which is never a pass; waived, it fails and a live waiver says so; and
// error, the check itself went wrong. The run as a whole is conformant (exit 0),
// nonconformant (1) or incomplete (3: nothing failed, something was not tested). 2 is
// a mistake in how the run was asked for, 4 a fault of the suite, which includes a
// credential found in what it is about to write, 5 that something which the run made
// is still there, and 6 a stale waiver. A waiver moves the exit code and not the outcome. Where several are true the first of 4, 1, 5,
// 6, 3 is the exit code.
//
// A result names what was expected and observed, the exchanges that show it, the
// clauses that the promise rests on, why it matters and what would mend it. Every
// credential in it is a pseudonym such as S3#a1b2: the same value has the same one
// throughout a run, and no other.
//
// # Add a check
//
// Write its entry under catalogue/checks: a permanent id, level, sources, to whom it
// applies, what it does to a target, why it matters, how to mend it. Write its body
// into the family's file of package checks and its value into all.go. The body uses
// a Session: it expects what it tests (Failf, BecomesRefused, Refused, Unchanged) and
// takes for granted what it only relies on (NewClient, Rotate, Given, Must), which
// ends it as incomplete. A test joins entries and bodies by id. `go generate ./...`
// brings the table of what is tested up to date.
//
// # Add a provider
//
// A provider is data: an OpenAPI document, and a profile that binds neutral
// operations (create, rotate, introspect, …) to its operationIds by JSON pointers and
// declares its policy: what may legitimately differ between providers. Both can be
// files of one's own (--profile); specs/<provider>/ holds those that are built in.
// Leave out what the provider does not have, and the checks that need it do not
// apply. Package probe finds the policy out by behaviour, for a profile that binds the
// operations and is silent about the rest.
//
// # Safety
//
// A run changes only what it made itself. Before each creation the journal names what
// is about to be made; at the end, after an interrupt too, exactly that is removed.
// Requests have a budget, a rate and a timeout, and a throttled target is waited for.
package conformance
