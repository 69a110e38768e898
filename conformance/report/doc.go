// Package report is what a run leaves behind: one value with every result, the
// evidence for it and what was not tested, and the forms people and machines read it
// in. JSON is the canonical form and Read takes it back; text, JUnit XML, SARIF, Markdown
// and one offline HTML page are drawn from the same value and add nothing to it. Two
// reports are compared as a Diff, and any number shown side by side as a Matrix. The
// package imports nothing of this module, asks for no time and writes no file, so the
// same report always gives the same bytes. A caller applies its redactor with Rewrite,
// once, before any writer sees the report.
//
// # How to read a report
//
// A result has a level and a verdict, and they are two things. The level says how
// binding the promise is; the verdict says what this run saw:
//
//   - pass: the promise was put to the test and kept.
//   - fail: it was broken, and it is a MUST or a policy that the profile declares.
//   - warn: it was broken, and it is a SHOULD.
//   - info: something worth knowing that breaks no promise.
//   - review: the documents allow two readings; a person has to choose.
//   - incomplete: it applies to this target and could not be tested, for want of a
//     second principal, an oracle or time. It never counts as a pass.
//   - not_applicable: the profile says that the target does not have what it is about.
//   - waived: it was broken, and a waiver that has not expired covers it.
//   - error: the check itself went wrong and says nothing about the target.
//
// A finding about calls at once has their History: what was asked by which worker and
// when, which reply no order explains, and an order that explains those before it. It is
// drawn on the page, and in ASCII in the plain forms.
//
// The outcome is the run in a word: conformant, nonconformant, incomplete where
// nothing failed but something was not tested, and error where the suite went wrong.
// The exit code follows it, or what is more urgent:
//
//	0  conformant
//	1  nonconformant
//	2  the command line or the configuration is wrong; there is no report
//	3  incomplete
//	4  error
//	5  resources of the run were left behind, see Leftovers
//	6  a waiver is stale: it matches nothing, or its check passes
//
// The gate (RunFacts.FailOn) moves the exit code and never a verdict.
package report
