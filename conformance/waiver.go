package conformance

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"path"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"

	"github.com/keyturn/keyturn/conformance/report"
)

// Waiver says that a failure is known and for how long it may stand. It moves the
// exit code; the report says waived, and never pass.
type Waiver struct {
	Check   string `yaml:"check"`
	Target  string `yaml:"target"` // a glob over the target's address; "" is any
	Reason  string `yaml:"reason"`
	Owner   string `yaml:"owner"`
	Link    string `yaml:"link"`    // where it is being dealt with
	Expires string `yaml:"expires"` // the last day, 2006-01-02
}

// ParseWaivers decodes a waivers file: a list under "waivers". Errors name the place.
func ParseWaivers(name string, text []byte) ([]Waiver, error) {
	var file struct {
		Waivers []Waiver `yaml:"waivers"`
	}
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	decoder.KnownFields(true)
	if err := decoder.Decode(&file); err != nil && !errors.Is(err, io.EOF) {
		return nil, usagef("%s: %s", name, goType.ReplaceAllString(err.Error(), ""))
	}
	if err := decoder.Decode(new(yaml.Node)); !errors.Is(err, io.EOF) {
		return nil, usagef("%s: want one YAML document, there is more", name)
	}
	for i, waiver := range file.Waivers {
		if err := waiver.check(); err != nil {
			return nil, usagef("%s: waiver %d: %w", name, i+1, err)
		}
	}
	return file.Waivers, nil
}

// goType is how the decoder names what it decodes into, which says nothing to a reader.
var goType = regexp.MustCompile(` in type \S+`)

func (w Waiver) check() error {
	for _, field := range []struct{ name, value string }{
		{"check", w.Check}, {"reason", w.Reason}, {"owner", w.Owner}, {"link", w.Link}, {"expires", w.Expires},
	} {
		switch {
		case strings.TrimSpace(field.value) == "":
			return fmt.Errorf("%s is missing", field.name)
		case !utf8.ValidString(field.value):
			return fmt.Errorf("%s is no UTF-8", field.name)
		}
	}
	if _, err := path.Match(w.Target, ""); err != nil {
		return fmt.Errorf("target %q is no glob", w.Target)
	}
	if _, err := time.Parse(time.DateOnly, w.Expires); err != nil {
		return fmt.Errorf("expires is %q, want a date such as 2027-01-31", w.Expires)
	}
	return nil
}

// waive applies the waivers and says which are stale: those of a check that did not
// fail, and those that have run out over one that did.
func (r *run) waive(results []report.Result) (stale []string) {
	for _, waiver := range r.options.Waivers {
		if !waiver.covers(r.options.URL) {
			continue
		}
		i := slices.IndexFunc(results, func(result report.Result) bool { return result.ID == currentID(r.entries, waiver.Check) })
		if i < 0 {
			continue // the filter or the mode left it out: nothing is known about it
		}
		expires, _ := time.Parse(time.DateOnly, waiver.Expires)
		switch result := &results[i]; {
		case result.Verdict == report.Untested || result.Verdict == report.Error:
		case result.Verdict == report.Waived:
			stale = append(stale, fmt.Sprintf("%s: another entry waives it already: one of them can go", waiver.Check))
		case result.Verdict != report.Fail && result.Verdict != report.Warn:
			stale = append(stale, fmt.Sprintf("%s: does not fail any more (%s): the waiver can go", waiver.Check, result.Verdict.Words()))
		case r.started.After(expires.AddDate(0, 0, 1)):
			stale = append(stale, fmt.Sprintf("%s: ran out on %s and still fails", waiver.Check, waiver.Expires))
		default:
			result.Verdict = report.Waived
			result.Waiver = &report.Waiver{Check: waiver.Check, Reason: waiver.Reason, Owner: waiver.Owner, Link: waiver.Link, Expires: waiver.Expires}
		}
	}
	return stale
}
