package proxy_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/keyturn/keyturn/mockserver/contract"
	"github.com/keyturn/keyturn/mockserver/proxy"
)

var start = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

func violation(member, rule string) contract.Finding {
	return contract.Finding{Level: contract.Violation, In: contract.InBody, Member: member, Rule: rule}
}

func info(member string) contract.Finding {
	return contract.Finding{Level: contract.Info, In: contract.InBody, Member: member, Rule: "undocumented member"}
}

func TestDrift(t *testing.T) {
	t.Parallel()
	drift := proxy.NewDrift("https://id.example.com")
	missing := violation("/id", "required member is missing")
	for i, exchange := range []proxy.Exchange{
		{Operation: "read", Reply: []contract.Finding{missing, info("/new")}},
		{Operation: "read", Reply: []contract.Finding{info("/new")}},
		{Operation: "read", Reply: []contract.Finding{missing}, Request: []contract.Finding{missing}},
		{Operation: "list", Unanswered: true},
		{Request: []contract.Finding{proxy.Undocumented("GET", "/a")}},
	} {
		exchange.At, exchange.RequestID = start.Add(time.Duration(i)*time.Second), fmt.Sprintf("r%d", i)
		drift.Note(exchange)
	}
	at := func(i int) time.Time { return start.Add(time.Duration(i) * time.Second) }
	want := proxy.Report{Upstream: "https://id.example.com", Exchanges: 5, Drifted: 3, Unanswered: 1, Rows: []proxy.Row{
		{Direction: proxy.Request, Level: contract.Violation, In: contract.InPath, Member: "GET /a", Rule: "undocumented operation", Count: 1, First: at(4), Last: at(4), Example: "r4"},
		{Operation: "read", Direction: proxy.Request, Level: contract.Violation, In: contract.InBody, Member: "/id", Rule: missing.Rule, Count: 1, First: at(2), Last: at(2), Example: "r2"},
		{Operation: "read", Direction: proxy.FromUpstream, Level: contract.Violation, In: contract.InBody, Member: "/id", Rule: missing.Rule, Count: 2, First: at(0), Last: at(2), Example: "r0"},
		{Operation: "read", Direction: proxy.FromUpstream, Level: contract.Info, In: contract.InBody, Member: "/new", Rule: "undocumented member", Count: 2, First: at(0), Last: at(1), Example: "r0"},
	}}
	report := drift.Report()
	if diff := cmp.Diff(want, report); diff != "" || !report.Drift() {
		t.Errorf("drift %v (-want +got):\n%s", report.Drift(), diff)
	}
	drift.Clear()
	if report := drift.Report(); report.Drift() || report.Exchanges != 0 || report.Unanswered != 0 || len(report.Rows) != 0 {
		t.Errorf("after a clear: %+v", report)
	}
	drift.Note(proxy.Exchange{Operation: "read", Reply: []contract.Finding{info("/new")}})
	if drift.Report().Drift() {
		t.Error("what the document does not forbid counts as drift")
	}
}

// TestDriftIsBounded has more different findings than there are rows, from several
// callers at once.
func TestDriftIsBounded(t *testing.T) {
	t.Parallel()
	const rows, callers, each = 1000, 8, 200
	drift := proxy.NewDrift("https://id.example.com")
	var group sync.WaitGroup
	for caller := range callers {
		group.Go(func() {
			for i := range each {
				drift.Note(proxy.Exchange{Operation: fmt.Sprintf("%d-%d", caller, i), At: start, Reply: []contract.Finding{violation("", "x")}})
			}
		})
	}
	group.Wait()
	report := drift.Report()
	if len(report.Rows) != rows || report.Dropped != callers*each-rows || report.Exchanges != callers*each {
		t.Errorf("%d rows, %d dropped, %d exchanges", len(report.Rows), report.Dropped, report.Exchanges)
	}
}

func TestUndocumented(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"GET /api/v2/applications":                      "GET /api/v2/applications",
		"GET /api/v2/applications/61df925846bed781f575": "GET /api/v2/applications/*",
		"GET /reset/a b/x@y.example":                    "GET /reset/*/*",
		"GET /" + strings.Repeat("a", 31):               "GET /*",
		"s3cr3t /":                                      "* /",
		"GET /a/b/c/d/e/f/g/h/i/s3cr3t":                 "GET /a/b/c/d/e/f/g/...",
	} {
		method, path, _ := strings.Cut(in, " ")
		if got := proxy.Undocumented(method, path); got.Member != want || got.Level != contract.Violation || got.Rule != "undocumented operation" {
			t.Errorf("%s: got %+v, want %s", in, got, want)
		}
	}
}

func TestReportForPeople(t *testing.T) {
	t.Parallel()
	drift := proxy.NewDrift("https://id.example.com")
	write := func() string {
		var text strings.Builder
		if err := drift.Report().Write(&text); err != nil {
			t.Fatal(err)
		}
		return text.String()
	}
	if got := write(); got != "\nhttps://id.example.com: 0 of 0 exchanges break the document.\n" {
		t.Errorf("got %q", got)
	}
	drift.Note(proxy.Exchange{Operation: "read", At: start, RequestID: "r1", Reply: []contract.Finding{violation("/id", "required member is missing")}})
	drift.Note(proxy.Exchange{At: start, RequestID: "r2", Request: []contract.Finding{proxy.Undocumented("GET", "/a")}})
	want := `
https://id.example.com: 2 of 2 exchanges break the document.

level      operation  in            member  what                        count  example
violation  -          request path  GET /a  undocumented operation      1      r2
violation  read       reply body    /id     required member is missing  1      r1
`
	if diff := cmp.Diff(want, write()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	drift.Clear()
	drift.Note(proxy.Exchange{Operation: "read", At: start, RequestID: "r3", Unanswered: true})
	if got := write(); got != "\nhttps://id.example.com: 0 of 1 exchanges break the document, and 1 were not answered.\n" {
		t.Errorf("got %q", got)
	}
}

func TestReportProves(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		report proxy.Report
		want   string
	}{
		"clean":      {proxy.Report{Exchanges: 2}, ""},
		"nothing":    {proxy.Report{}, "a: there was no exchange that could be compared with the document"},
		"drift":      {proxy.Report{Exchanges: 2, Drifted: 1}, "a: 1 of 2 exchanges break the document"},
		"unanswered": {proxy.Report{Exchanges: 2, Unanswered: 2}, "a: 2 of 2 exchanges were not answered"},
		"both":       {proxy.Report{Exchanges: 2, Drifted: 1, Unanswered: 1}, "a: 1 of 2 exchanges break the document, and 1 of 2 exchanges were not answered"},
	} {
		test.report.Upstream = "a"
		got := ""
		if err := test.report.Check(); err != nil {
			got = err.Error()
		}
		if got != test.want {
			t.Errorf("%s: got %q, want %q", name, got, test.want)
		}
	}
}
