package report

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"net/url"
	"path"
	"slices"
	"strings"
)

// The members that are required, and those that hosts of code scanning read, of the
// Static Analysis Results Interchange Format (SARIF) 2.1.0, OASIS standard, section 3.
type sarifLog struct {
	Schema  string     `json:"$schema"`
	Version string     `json:"version"`
	Runs    []sarifRun `json:"runs"`
}

type sarifRun struct {
	Tool        sarifTool         `json:"tool"`
	Automation  sarifAutomation   `json:"automationDetails"`
	Invocations []sarifInvocation `json:"invocations"`
	ColumnKind  string            `json:"columnKind"`
	Results     []sarifResult     `json:"results"`
	Properties  map[string]any    `json:"properties"`
}

type sarifTool struct {
	Driver sarifDriver `json:"driver"`
}

type sarifDriver struct {
	Name           string      `json:"name"`
	Version        string      `json:"version,omitempty"`
	InformationURI string      `json:"informationUri"`
	Rules          []sarifRule `json:"rules"`
}

type sarifAutomation struct {
	ID string `json:"id"`
}

type sarifInvocation struct {
	Successful    bool                `json:"executionSuccessful"`
	ExitCode      int                 `json:"exitCode"`
	Meaning       string              `json:"exitCodeDescription"`
	Start         string              `json:"startTimeUtc"`
	End           string              `json:"endTimeUtc"`
	Notifications []sarifNotification `json:"toolExecutionNotifications"`
}

type sarifText struct {
	Text     string `json:"text"`
	Markdown string `json:"markdown,omitempty"`
}

// WriteSARIF writes SARIF 2.1.0. Each chosen check is a rule, and each one that does
// not hold, or that a person has to judge, is one result: fail is level error, warn is
// warning and review is note, whatever the number of its findings, so that a result is
// the same one as in the run before. A waived one is a result that is suppressed. What
// was not tested is no result, because hosts would raise an alert over it: it is a
// notification of the invocation, as is a check that went wrong itself, which also
// makes the execution unsuccessful. Braces in messages are doubled, as section 3.11.5
// asks for.
func (r *Report) WriteSARIF(w io.Writer) error {
	shown := r.printable()
	text, err := json.MarshalIndent(sarifLog{
		Schema:  "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
		Version: "2.1.0",
		Runs:    []sarifRun{shown.sarifRun()},
	}, "", "  ")
	if err != nil {
		return fmt.Errorf("write SARIF: %w", err)
	}
	_, err = w.Write(append(text, '\n'))
	return err
}

func (r *Report) sarifRun() sarifRun {
	run := sarifRun{
		Tool: sarifTool{sarifDriver{
			Name: cmp.Or(r.Tool.Name, "keyturn"), Version: r.Tool.Version, InformationURI: "https://github.com/keyturn/keyturn", Rules: []sarifRule{},
		}},
		Automation: sarifAutomation{strings.Join([]string{"keyturn", r.Profile.Provider, r.place(), r.Run.ID}, "/")},
		ColumnKind: "unicodeCodePoints",
		Results:    []sarifResult{},
		Properties: map[string]any{
			"outcome": r.Outcome, "target": r.Target.URL, "provider": r.Profile.Provider, "profile": r.Profile.Digest,
			"catalogue": r.Catalogue.Version, "catalogueDigest": r.Catalogue.Digest, "mode": r.Run.Mode, "seed": r.Run.Seed,
		},
	}
	invocation := sarifInvocation{
		Successful: r.Outcome != Broken, ExitCode: r.Exit, Meaning: exitMeanings[r.Exit],
		Start: r.Run.Started.UTC().Format(sarifTime), End: r.Run.Ended.UTC().Format(sarifTime), Notifications: []sarifNotification{},
	}
	for i := range r.Results {
		result := &r.Results[i]
		run.Tool.Driver.Rules = append(run.Tool.Driver.Rules, sarifRuleOf(result))
		switch result.Verdict {
		case Fail, Warn, Review, Waived:
			run.Results = append(run.Results, r.sarifResult(result, i))
		case Untested, Error:
			invocation.Notifications = append(invocation.Notifications, sarifNotificationOf(result, i))
		case Info, Pass, NotApplicable:
		}
	}
	run.Invocations = []sarifInvocation{invocation}
	return run
}

// sarifTime is ISO 8601 as section 3.9 has it.
const sarifTime = "2006-01-02T15:04:05.000Z"

// place is the target's address as a path that stays the same from run to run: without
// its scheme, and without its port, which a rehearsal takes at random and which would
// make the host a scheme. Hosts refuse a result without a physical location, and take
// one with an absolute address for a mistake.
func (r *Report) place() string {
	at, err := url.Parse(r.Target.URL)
	if err != nil || at.Hostname() == "" {
		return "target"
	}
	host := strings.Trim(strings.ReplaceAll(at.Hostname(), ":", "-"), "-")
	return path.Join(url.PathEscape(host), at.EscapedPath())
}

// operations are the neutral operations that a result's findings point to, or else all
// that its check made use of.
func operations(r *Result) []string {
	var named, all []string
	for i := range r.Exchanges {
		x := &r.Exchanges[i]
		if !slices.Contains(all, x.Label) {
			all = append(all, x.Label)
		}
		shows := slices.ContainsFunc(r.Findings, func(f Finding) bool { return slices.Contains(f.Exchanges, x.Number) })
		if shows && !slices.Contains(named, x.Label) {
			named = append(named, x.Label)
		}
	}
	if len(named) > 0 {
		return named
	}
	return all
}
