package report

import (
	"encoding/xml"
	"fmt"
	"io"
	"strconv"
)

type junitSuites struct {
	XMLName  xml.Name     `xml:"testsuites"`
	Name     string       `xml:"name,attr"`
	Tests    int          `xml:"tests,attr"`
	Failures int          `xml:"failures,attr"`
	Errors   int          `xml:"errors,attr"`
	Skipped  int          `xml:"skipped,attr"`
	Time     string       `xml:"time,attr"`
	Suites   []junitSuite `xml:"testsuite"`
}

type junitSuite struct {
	Name       string          `xml:"name,attr"`
	Tests      int             `xml:"tests,attr"`
	Failures   int             `xml:"failures,attr"`
	Errors     int             `xml:"errors,attr"`
	Skipped    int             `xml:"skipped,attr"`
	Time       string          `xml:"time,attr"`
	Timestamp  string          `xml:"timestamp,attr"`
	Properties []junitProperty `xml:"properties>property"`
	Cases      []junitCase     `xml:"testcase"`
}

type junitProperty struct {
	Name  string `xml:"name,attr"`
	Value string `xml:"value,attr"`
}

type junitCase struct {
	Class   string        `xml:"classname,attr"`
	Name    string        `xml:"name,attr"`
	Time    string        `xml:"time,attr"`
	Failure *junitProblem `xml:"failure"`
	Error   *junitProblem `xml:"error"`
	Skipped *junitProblem `xml:"skipped"`
	Output  string        `xml:"system-out,omitempty"`
}

type junitProblem struct {
	Message string `xml:"message,attr"`
	Type    string `xml:"type,attr,omitempty"`
	Text    string `xml:",chardata"`
}

// WriteJUnit writes JUnit XML: a suite is a family, a case a check. A fail is a
// failure and an error an error; incomplete, not_applicable and waived are skipped,
// with the verdict before the message so that one is not taken for another. Whatever
// else is not a plain pass says so in the case's output.
func (r *Report) WriteJUnit(w io.Writer) error {
	shown := r.printable()
	all := junitSuites{Name: "keyturn conformance"}
	total := 0.0
	for _, f := range families(shown) {
		suite, took := shown.junitSuite(f)
		all.Tests += suite.Tests
		all.Failures += suite.Failures
		all.Errors += suite.Errors
		all.Skipped += suite.Skipped
		total += took
		all.Suites = append(all.Suites, suite)
	}
	all.Time = seconds(total)
	text, err := xml.MarshalIndent(all, "", "  ")
	if err != nil {
		return fmt.Errorf("write JUnit XML: %w", err)
	}
	_, err = io.WriteString(w, xml.Header+string(text)+"\n")
	return err
}

// junitSuite is one family and the milliseconds that it took. The facts of the run
// stand in every suite, because readers take properties from nowhere else.
func (r *Report) junitSuite(f *family) (junitSuite, float64) {
	suite := junitSuite{
		Name:      f.ID + " " + f.Name,
		Tests:     len(f.Results),
		Failures:  f.Counts[Fail],
		Errors:    f.Counts[Error],
		Skipped:   f.Counts[Untested] + f.Counts[NotApplicable] + f.Counts[Waived],
		Timestamp: r.Run.Started.UTC().Format("2006-01-02T15:04:05"),
		Properties: []junitProperty{
			{"outcome", string(r.Outcome)},
			{"target", r.Target.URL},
			{"seed", strconv.FormatInt(r.Run.Seed, 10)},
			{"provider", r.Profile.Provider},
			{"profile", r.Profile.Digest},
			{"catalogue", r.Catalogue.Version},
			{"mode", r.Run.Mode},
			{"oracle", r.Oracle.Kind},
		},
	}
	total := 0.0
	for _, result := range f.Results {
		total += result.DurationMS
		suite.Cases = append(suite.Cases, junitTest(result))
	}
	suite.Time = seconds(total)
	return suite, total
}

func junitTest(r *Result) junitCase {
	test := junitCase{Class: "keyturn.conformance." + r.Family, Name: r.ID + " " + r.Title, Time: seconds(r.DurationMS)}
	switch r.Verdict {
	case Fail:
		test.Failure = &junitProblem{Message: r.Message, Type: r.Level, Text: details(r)}
	case Error:
		test.Error = &junitProblem{Message: r.Message, Type: r.Level, Text: details(r)}
	case Untested, NotApplicable, Waived:
		test.Skipped = &junitProblem{Message: r.Verdict.Words() + ": " + r.Message}
		if r.Verdict == Waived {
			test.Output = details(r)
		}
	case Warn, Info, Review:
		test.Output = r.Verdict.Words() + ": " + details(r)
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
