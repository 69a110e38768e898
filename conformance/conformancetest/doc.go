// Package conformancetest is the referee inside go test: a test of one line puts a
// target to the test and has a subtest for each check.
//
//	func TestConformance(t *testing.T) {
//		bound, err := profile.Builtin("identity-service")
//		if err != nil {
//			t.Fatal(err)
//		}
//		conformancetest.Run(t, conformance.Options{URL: "http://127.0.0.1:7070", Profile: bound})
//	}
package conformancetest
