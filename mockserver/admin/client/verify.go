package client

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
)

// ErrInconclusive is what a *VerificationError is when requests that could have decided
// are no longer in the journal.
var ErrInconclusive = errors.New("the journal no longer holds what would decide it")

// VerificationError says that what was asked is not what was expected, or that it can
// no longer be told.
type VerificationError struct {
	Expectation Expectation
	// Inconclusive is whether it can no longer be told. Then errors.Is finds
	// ErrInconclusive.
	Inconclusive bool
	// Count is how many requests matched, or how many of the order were found, and
	// Evicted how many could have counted and are no longer in the journal.
	Count   int
	Evicted uint64
	// Reason is what was found, and what was wanted.
	Reason string
	// Nearest are a few requests that explain it, the nearest to what was expected first.
	Nearest []NearRequest

	text string
}

// NearRequest is a request, and what keeps it from being the one that was expected, or
// that it is one that was not.
type NearRequest struct {
	Request
	Difference string
}

// UnmarshalJSON reads an entry of the journal with what belongs to it.
func (n *NearRequest) UnmarshalJSON(text []byte) error {
	var more struct {
		Difference string `json:"difference"`
	}
	if err := json.Unmarshal(text, &more); err != nil {
		return err
	}
	n.Difference = more.Difference
	return json.Unmarshal(text, &n.Request)
}

// Error has one line for what was expected, and one for each of the nearest requests.
func (e *VerificationError) Error() string { return e.text }

// Is reports whether the target is ErrInconclusive and this is.
func (e *VerificationError) Is(target error) bool { return target == ErrInconclusive && e.Inconclusive }

// Verify holds the journal to the expectation: nil means that it is met, and a
// *VerificationError that it is not, or that it can no longer be told.
func (c *Client) Verify(ctx context.Context, expected Expectation) error {
	var verdict verdictText
	err := c.do(ctx, call{method: http.MethodPost, path: "requests/verify", send: expected, receive: verdict.read})
	if err != nil || verdict.Verdict == verdictPass {
		return err
	}
	failed := &VerificationError{
		Expectation: expected, Inconclusive: verdict.Verdict == verdictInconclusive,
		Count: verdict.Count, Evicted: verdict.Evicted, Reason: verdict.Reason, Nearest: verdict.Nearest,
	}
	failed.text = c.hide(failed.describe())
	return failed
}

const (
	verdictPass         = "pass"
	verdictFail         = "fail"
	verdictInconclusive = "inconclusive"
)

type verdictText struct {
	Verdict string        `json:"verdict"`
	Count   int           `json:"count"`
	Evicted uint64        `json:"evicted"`
	Reason  string        `json:"reason"`
	Nearest []NearRequest `json:"nearest"`
}

func (v *verdictText) read(text []byte) error {
	if err := json.Unmarshal(text, v); err != nil {
		return err
	}
	switch v.Verdict {
	case verdictPass, verdictFail, verdictInconclusive:
		return nil
	}
	return fmt.Errorf("the verdict is %q, want %s, %s or %s", v.Verdict, verdictPass, verdictFail, verdictInconclusive)
}

const (
	// shownNear bounds the requests that an error shows, and shownLine the characters
	// of a line.
	shownNear = 10
	shownLine = 400
)

func (e *VerificationError) describe() string {
	verdict := "not as expected"
	if e.Inconclusive {
		verdict = "it cannot be told any more"
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s: %s", verdict, line(e.Expectation.String()), line(e.Reason))
	if len(e.Nearest) > 0 {
		b.WriteString("\nnearest:")
	}
	for i := range e.Nearest {
		if i == shownNear {
			fmt.Fprintf(&b, "\n  and %d more", len(e.Nearest)-i)
			break
		}
		b.WriteString("\n  " + line(e.Nearest[i].describe()))
	}
	return b.String()
}

func (n *NearRequest) describe() string {
	text := fmt.Sprintf("#%d %s %s: status %d", n.ID, n.Method, n.URL, n.Status)
	if n.Operation != "" {
		text += ", operation " + n.Operation
	}
	if n.Fault != "" {
		text += ", fault " + n.Fault
	}
	text += ": " + n.Difference
	// The plane's own sentence ends with a violation too.
	if n.Violation != "" && !strings.Contains(n.Difference, "violation: ") {
		text += " (violation: " + n.Violation + ")"
	}
	return text
}

// line is a text fit for one line of a test's log.
func line(text string) string {
	shown := []rune(strings.Join(strings.FieldsFunc(text, func(r rune) bool { return r < ' ' || r == 0x7f }), " "))
	if len(shown) > shownLine {
		return string(shown[:shownLine]) + "..."
	}
	return string(shown)
}
