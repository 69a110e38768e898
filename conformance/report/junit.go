package report

import (
	"io"
	"strconv"
	"strings"
)

// WriteJUnit writes JUnit XML: a suite is a family, a case a check. A fail is a
// failure and an error an error; incomplete, not_applicable and waived are skipped,
// with the verdict before the message so that one is not taken for another. Whatever
// else is not a plain pass says so in the case's output.
func (r *Report) WriteJUnit(w io.Writer) error {
	shown := r.printable()
	all := &element{name: "testsuites"}
	var sum junitSums
	for _, f := range families(shown) {
		all.children = append(all.children, shown.junitSuite(f, &sum))
	}
	all.attributes = append([]attribute{{"name", "keyturn conformance"}}, sum.attributes()...)
	var b strings.Builder
	b.WriteString(`<?xml version="1.0" encoding="UTF-8"?>` + "\n")
	all.write(&b, 0)
	b.WriteString("\n")
	_, err := io.WriteString(w, b.String())
	return err
}

// junitSums is what every suite and all of them together are counted by.
type junitSums struct {
	tests, failures, errors, skipped int
	took                             float64 // milliseconds
}

func (s *junitSums) add(other junitSums) {
	s.tests += other.tests
	s.failures += other.failures
	s.errors += other.errors
	s.skipped += other.skipped
	s.took += other.took
}

func (s *junitSums) attributes() []attribute {
	return []attribute{
		{"tests", strconv.Itoa(s.tests)}, {"failures", strconv.Itoa(s.failures)}, {"errors", strconv.Itoa(s.errors)},
		{"skipped", strconv.Itoa(s.skipped)}, {"time", seconds(s.took)},
	}
}

// junitSuite is one family, which it adds to the sums. The facts of the run stand in every
// suite, because readers take properties from nowhere else.
func (r *Report) junitSuite(f *family, all *junitSums) *element {
	sum := junitSums{
		tests: len(f.Results), failures: f.Counts[Fail], errors: f.Counts[Error],
		skipped: f.Counts[Untested] + f.Counts[NotApplicable] + f.Counts[Waived],
	}
	for _, result := range f.Results {
		sum.took += result.DurationMS
	}
	all.add(sum)
	suite := &element{name: "testsuite", attributes: append([]attribute{{"name", f.ID + " " + f.Name}}, sum.attributes()...)}
	suite.attributes = append(suite.attributes, attribute{"timestamp", r.Run.Started.UTC().Format("2006-01-02T15:04:05")})
	properties := suite.add("properties")
	for _, fact := range []attribute{
		{"outcome", string(r.Outcome)},
		{"target", r.Target.URL},
		{"seed", strconv.FormatInt(r.Run.Seed, 10)},
		{"provider", r.Profile.Provider},
		{"profile", r.Profile.Digest},
		{"catalogue", r.Catalogue.Version},
		{"mode", r.Run.Mode},
		{"oracle", r.Oracle.Kind},
	} {
		properties.add("property", attribute{"name", fact.name}, attribute{"value", fact.value})
	}
	for _, result := range f.Results {
		suite.children = append(suite.children, junitTest(result))
	}
	return suite
}

func junitTest(r *Result) *element {
	test := &element{name: "testcase", attributes: []attribute{
		{"classname", "keyturn.conformance." + r.Family}, {"name", r.ID + " " + r.Title}, {"time", seconds(r.DurationMS)},
	}}
	problem := func(kind string) {
		found := test.add(kind, attribute{"message", r.Message})
		if r.Level != "" {
			found.attributes = append(found.attributes, attribute{"type", r.Level})
		}
		found.text = details(r)
	}
	switch r.Verdict {
	case Fail:
		problem("failure")
	case Error:
		problem("error")
	case Untested, NotApplicable, Waived:
		test.add("skipped", attribute{"message", r.Verdict.Words() + ": " + r.Message})
		if r.Verdict == Waived {
			test.add("system-out").text = details(r)
		}
	case Warn, Info, Review:
		test.add("system-out").text = r.Verdict.Words() + ": " + details(r)
	case Pass:
	}
	return test
}

func details(r *Result) string {
	s := newSheet(TextOptions{Width: 1000})
	s.result(r)
	return "\n" + s.String()
}

func seconds(ms float64) string {
	return strconv.FormatFloat(ms/1000, 'f', 3, 64)
}
