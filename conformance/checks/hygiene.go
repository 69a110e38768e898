package checks

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/keyturn/keyturn/conformance"
	"github.com/keyturn/keyturn/conformance/redact"
	"github.com/keyturn/keyturn/conformance/report"
)

var hygiene = []conformance.Check{
	{ID: "HYG-001", Run: secretsShowWhereDeclared},
	{ID: "HYG-002", Run: headersCarryNoSecret},
	{ID: "HYG-004", Run: failuresRepeatNoSecret},
	{ID: "HYG-005", Run: credentialsAreNotStored},
	{ID: "HYG-013", Run: readerSeesNoSecret},
	{ID: "HYG-017", Run: redactionHoldsOverTheRun},
}

// headersCarryNoSecret searches for tokens as well: in a header either is recorded on
// the way.
func headersCarryNoSecret(s *conformance.Session) {
	run := s.Exchanges()
	needCredentials(s, run)
	told := map[string]bool{}
	for _, one := range run {
		for name, values := range one.Response.Header {
			for _, value := range values {
				hits := credentials(s.Leaks([]byte(value)))
				if len(hits) == 0 || told[name] || len(told) >= most {
					continue
				}
				told[name] = true
				s.Show(report.Finding{
					Verdict: report.Fail, Message: fmt.Sprintf("the header %s of a reply to %s, sent in %s, has %s in it", name, asked(s.Profile(), one), one.Check, sorts(hits)),
					Expected: "no credential in a header", Observed: name + ": " + value,
				}, one)
			}
		}
	}
}

// credentialsAreNotStored looks for the directive of RFC 9111 section 5.2.2.5.
func credentialsAreNotStored(s *conformance.Session) {
	told := map[string]bool{}
	judged := 0
	for _, one := range s.Exchanges() {
		if one.Text("secret") == "" && one.Text("token") == "" && len(credentials(s.Leaks(one.Response.Body))) == 0 {
			continue
		}
		judged++
		operation := asked(s.Profile(), one)
		if forbidsStoring(one.Response.Header) || told[operation] || len(told) >= most {
			continue
		}
		told[operation] = true
		s.Show(report.Finding{
			Verdict: report.Fail, Message: fmt.Sprintf("a reply to %s, sent in %s, has a credential in it and may be stored", operation, one.Check),
			Expected: "Cache-Control with no-store", Observed: caching(one.Response.Header),
		}, one)
	}
	if judged == 0 && s.Mode() != conformance.Plan {
		s.Incompletef("no reply of this run has a credential in it")
	}
}

// forbidsStoring reads the list of directives. A comma within quotes splits wrongly,
// and no directive with a quoted value is no-store.
func forbidsStoring(header http.Header) bool {
	for _, value := range header.Values("Cache-Control") {
		for directive := range strings.SplitSeq(value, ",") {
			if strings.EqualFold(strings.TrimSpace(directive), "no-store") {
				return true
			}
		}
	}
	return false
}

// caching says what a reply has for Cache-Control. The HTTP client makes a no-cache up
// where there is only a Pragma of that name (RFC 9111 section 5.4).
func caching(header http.Header) string {
	values := header.Values("Cache-Control")
	switch {
	case len(values) == 0:
		return "no Cache-Control"
	case slices.Equal(values, []string{"no-cache"}) && header.Get("Pragma") == "no-cache":
		return "no Cache-Control, or no-cache"
	}
	return "Cache-Control: " + strings.Join(values, ", ")
}

// redactionHoldsOverTheRun tries the redaction on what really went over the wire, as JSON
// within JSON, which is how a report has it; the search reads through the quotes. What it
// misses is a fault of the suite, whatever the target did.
func redactionHoldsOverTheRun(s *conformance.Session) {
	run := s.Exchanges()
	needCredentials(s, run)
	missed := 0
	for _, one := range run {
		hidden := s.Hide(transcript(one))
		quoted, err := json.Marshal(hidden)
		hits := s.Leaks(quoted)
		if err != nil || len(hits) > 0 {
			missed++
		}
		if len(hits) > 0 && missed <= most {
			s.Find(report.Finding{
				Verdict:  report.Error,
				Message:  fmt.Sprintf("the redaction leaves a credential in exchange %d of %s", one.Number, one.Check),
				Expected: "nothing that a search for credentials finds", Observed: fmt.Sprintf("%s in the form %s", hits[0].Name, hits[0].Form),
			})
		}
	}
	s.Step("%d exchanges were hidden and searched again", len(run))
}

// transcript is an exchange as text: what a report is made from.
func transcript(one conformance.Seen) string {
	var text strings.Builder
	fmt.Fprintf(&text, "%s %s\n", one.Request.Method, one.Request.URL)
	fields(&text, one.Request.Header)
	fmt.Fprintf(&text, "\n%s\n\n%d\n", one.Request.Body, one.HTTP())
	fields(&text, one.Response.Header)
	fmt.Fprintf(&text, "\n%s", one.Response.Body)
	return text.String()
}

func fields(text *strings.Builder, header http.Header) {
	for _, name := range slices.Sorted(maps.Keys(header)) {
		for _, value := range header[name] {
			fmt.Fprintf(text, "%s: %s\n", name, value)
		}
	}
}

// needCredentials ends a check as incomplete where no exchange has a credential that
// is long enough to be searched for: then a search that finds nothing says nothing.
func needCredentials(s *conformance.Session, run []conformance.Seen) {
	if s.Mode() == conformance.Plan {
		return
	}
	for _, one := range run {
		if len(credentials(s.Leaks([]byte(transcript(one))))) > 0 {
			return
		}
	}
	s.Incompletef("no credential that could be searched for went over the wire in this run")
}

// credentials are the values of the run's among hits, by pseudonym. What is one by its
// structure alone, such as a key in an attribute, is the target's and not the run's.
func credentials(hits []redact.Hit) map[string]redact.Hit {
	found := map[string]redact.Hit{}
	for _, hit := range hits {
		if _, twice := found[hit.Name]; hit.Form != "structure" && !twice {
			found[hit.Name] = hit
		}
	}
	return found
}

// sorts says what kinds of credentials there are.
func sorts(hits map[string]redact.Hit) string {
	words := map[redact.Kind]string{redact.Secret: "a client's secret", redact.Token: "a token", redact.Key: "the secret of an access key"}
	found := map[string]bool{}
	for name := range hits {
		found[words[redact.Kind(name[0])]] = true
	}
	return strings.Join(slices.Sorted(maps.Keys(found)), " and ")
}

// byEnd puts the exchanges into the order in which their replies were there.
func byEnd(run []conformance.Seen) []conformance.Seen {
	return slices.SortedStableFunc(slices.Values(run), func(a, b conformance.Seen) int { return cmp.Compare(a.End, b.End) })
}
