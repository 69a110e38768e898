// Package rehearsal holds rehearsals of what goes wrong when secrets are rotated. They
// are its examples: each one runs, prints a story, and has the story checked.
//
// A rehearsal has three parts. The stage is a namespace of a stand-in, so that nobody
// else's world, clock or faults matter. The play is a rotator as somebody would write it
// for the real service: it knows the provider's API and nothing of the stand-in. What
// the stage does to the play, such as an answer that is lost, a quarter that passes or a
// replica that is late, is set by the client of the admin plane, which in the end also
// tells whether the requests were those that were planned.
//
//	LostAnswer    a secret is made, and its answer lost: how to find it and begin again
//	LostRefresh   the same where a refresh replaces the secret: the old one is gone
//	Overlap       a hundred probes a second see a rotation, or see an outage
//	Expiry        a weekend of next quarter, in which a secret runs out, played twice
//	StaleReplica  a new secret works every other time: one check is no check
//
// To read one, begin with its output. To use one, copy its helpers, which are short and
// need nothing but the standard library, and give them the base URL of the real service,
// or of a stand-in in another process or a container. Nothing has to be exported from
// here, and nothing is.
package rehearsal
