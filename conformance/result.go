package conformance

import (
	"fmt"
	"net/http"
	"slices"
	"sort"
	"strings"

	"github.com/keyturn/keyturn/conformance/catalogue"
	"github.com/keyturn/keyturn/conformance/exchange"
	"github.com/keyturn/keyturn/conformance/report"
)

// Bounds on the evidence of one check.
const (
	maxExchanges = 40
	maxEvidence  = 4 << 10 // bytes of one body
)

// describe is a result without a verdict.
func (r *run) describe(one selected) *report.Result {
	entry := one.entry
	result := &report.Result{
		ID: entry.ID, Title: entry.Title, Family: one.family.ID, FamilyName: one.family.Name,
		Level: string(entry.Level), Safety: string(entry.Safety), Statement: entry.Statement, Why: entry.Why, Fix: entry.Fix,
	}
	for _, source := range entry.Sources {
		if named, about := r.source(source); about {
			result.Sources = append(result.Sources, named)
		}
	}
	return result
}

// source puts a source into words. It reports false for a line of another provider's
// document.
func (r *run) source(source catalogue.Source) (named report.Source, about bool) {
	switch {
	case source.RFC != "":
		return report.Source{Kind: "rfc", Text: "RFC " + source.RFC, URL: source.URL}, true
	case source.Practice != "":
		return report.Source{Kind: "practice", Text: source.Practice, URL: source.URL}, true
	}
	for _, document := range r.entries.Documents {
		for _, promise := range document.Promises {
			if promise.ID != source.Document || document.Provider != r.bound.Provider {
				continue
			}
			text := fmt.Sprintf("%s, %s: %s", promise.ID, promise.Place, promise.Says)
			if promise.Unclear != "" {
				text += " Open question: " + promise.Unclear
			}
			return report.Source{Kind: "document", Text: text, URL: source.URL}, true
		}
	}
	return report.Source{}, false
}

func (r *run) untested(one selected, reason string) *report.Result {
	result := r.describe(one)
	result.Verdict, result.Message = report.Untested, reason
	return result
}

// result turns what a session ended with into a verdict.
func (r *run) result(one selected, s *Session, crash error) *report.Result {
	result := r.describe(one)
	s.mu.Lock()
	defer s.mu.Unlock()
	result.Findings, result.Steps = s.findings, s.steps
	result.Verdict, result.Message = verdict(s, crash)
	evidence(result, s.recorder.All())
	return result
}

// verdict is the worst that was found. Something broken outweighs something that
// could not be tried.
func verdict(s *Session, crash error) (report.Verdict, string) {
	if crash != nil {
		return report.Error, crash.Error()
	}
	worst := report.Pass
	var message string
	for _, finding := range s.findings {
		if severity(finding.Verdict) < severity(worst) || message == "" {
			worst, message = finding.Verdict, finding.Message
		}
	}
	if s.incomplete != "" && worst != report.Fail {
		return report.Untested, s.incomplete
	}
	if count := len(s.findings); count > 1 {
		message = fmt.Sprintf("%s (and %d more)", message, count-1)
	}
	if message == "" {
		message = "holds"
	}
	return worst, message
}

func severity(v report.Verdict) int { return slices.Index(report.Verdicts, v) }

// evidence writes down the exchanges of a check. One that passed has only their first
// lines.
func evidence(result *report.Result, exchanges []*exchange.Exchange) {
	full := result.Verdict != report.Pass && result.Verdict != report.Info
	named := map[int]bool{}
	for _, finding := range result.Findings {
		for _, number := range finding.Exchanges {
			named[number] = true
		}
	}
	for i, e := range exchanges {
		if len(result.Exchanges) >= maxExchanges && !named[e.Number] && i < len(exchanges)-3 {
			result.Omitted++
			continue
		}
		shown := report.Exchange{
			Number: e.Number, Label: e.Request.Label, Method: e.Request.Method, URL: e.Request.URL,
			StartMS: ms(e.Start), DurationMS: ms(e.Took()),
		}
		if e.Response != nil {
			shown.Status = e.Response.Status
		}
		if e.Err != nil {
			shown.Error = e.Err.Error()
		}
		if full {
			shown.Request = message(e.Request.Header, e.Request.Body)
			if e.Response != nil {
				shown.Response = message(e.Response.Header, e.Response.Body)
			}
		}
		result.Exchanges = append(result.Exchanges, shown)
	}
}

func message(header http.Header, body []byte) *report.Message {
	shown := &report.Message{Headers: []string{}, Body: string(body)}
	for name, values := range header {
		for _, value := range values {
			if name == "Set-Cookie" || name == "Cookie" || credential.MatchString(name) {
				value = "(hidden)" // a credential that nobody has told the run about
			}
			shown.Headers = append(shown.Headers, name+": "+value)
		}
	}
	sort.Strings(shown.Headers)
	shown.Body = strings.ToValidUTF8(shown.Body, "�")
	return shown
}

// finish cuts long bodies and adds the lines for a shell, once credentials are hidden:
// half of one could not be found any more, nor one that a shell has quoted. What the
// cut leaves of a pseudonym is hidden again.
func finish(whole *report.Report, hide func(string) string) {
	for _, result := range whole.Results {
		for i := range result.Exchanges {
			e := &result.Exchanges[i]
			for _, side := range []*report.Message{e.Request, e.Response} {
				if side != nil && len(side.Body) > maxEvidence {
					side.Body, side.Cut = hide(strings.ToValidUTF8(side.Body[:maxEvidence], "")), len(side.Body)-maxEvidence
				}
			}
			if e.Request != nil {
				e.Curl = curl(e)
			}
		}
	}
}

// curl is the request for a shell, made of what is shown of it, in which credentials
// are pseudonyms by now.
func curl(e *report.Exchange) string {
	words := []string{"curl", "-i"}
	if e.Method != http.MethodGet {
		words = append(words, "-X", e.Method)
	}
	for _, header := range e.Request.Headers {
		words = append(words, "-H", quote(header))
	}
	if body := e.Request.Body; body != "" && e.Request.Cut == 0 {
		words = append(words, "--data-binary", quote(body))
	}
	return strings.Join(append(words, quote(e.URL)), " ")
}

func quote(text string) string { return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'" }
