// Package mocktest runs a stand-in inside a Go test, until the test ends.
//
//	standIn := mocktest.Start(t, mocktest.WithDefect("old-secret-lives-3s"))
//	// hand standIn.ProviderURL("authing-v2") to the code under test
//
// Tests may run in parallel: each stand-in has a world of its own, and nothing is left
// behind. Many tests can also share one, each with a namespace, in which time passes and
// things go wrong for that test alone:
//
//	room := standIn.Namespace(t)
//	// hand room.ProviderURL("identity-service") to the code under test
//	room.Admin().AdvanceClock(ctx, 90*24*time.Hour)
//	room.Expect(t, client.Exactly(1, client.RequestMatch{Operation: "addSecret"}))
//
// What a test asks of it has the names that package mockcontainer uses for a
// container.
package mocktest
