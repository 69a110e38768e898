package report

import (
	"encoding/xml"
	"strings"
	"testing"
)

// What a reader of JUnit XML makes of it.
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

// TestXMLIsReadAsWritten compares the writer with package encoding/xml.
func TestXMLIsReadAsWritten(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "plain", "<a b=\"c\">&'", "one\n\ttwo\r\n", "\x00\x1b\ufffe\xff", "密钥", "]]>", "&#xA;"} {
		type leaf struct {
			XMLName xml.Name `xml:"leaf"`
			Name    string   `xml:"name,attr"`
			Text    string   `xml:",chardata"`
		}
		want, err := xml.Marshal(leaf{Name: text, Text: text})
		if err != nil {
			t.Fatal(err)
		}
		var b strings.Builder
		(&element{name: "leaf", attributes: []attribute{{"name", text}}, text: text}).write(&b, 0)
		if b.String() != string(want) {
			t.Errorf("%q is written %s, want %s", text, b.String(), want)
		}
	}
}
