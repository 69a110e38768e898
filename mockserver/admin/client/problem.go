package client

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strings"
)

// Problem is a refusal: a problem document (RFC 9457).
type Problem struct {
	// Status is that of the reply.
	Status int `json:"status"`
	// Kind is what the Keyturn-Problem header says, such as "invalid". Empty when
	// something else than Keyturn has answered.
	Kind   string `json:"-"`
	Type   string `json:"type"`
	Title  string `json:"title"`
	Detail string `json:"detail"`
	// Field is what of the request is wrong, where it is one thing: the name of a
	// parameter, or the way to a member of the body, such as "effect/latency/fixed".
	// Detail says it too.
	Field string `json:"field"`

	asked string
}

// Error says what was asked and why it was refused.
func (p *Problem) Error() string {
	return fmt.Sprintf("%s: status %d: %s: %s", p.asked, p.Status, p.Title, p.Detail)
}

const (
	namespaceHeader = "X-Keyturn-Namespace"
	problemHeader   = "Keyturn-Problem"
	problemMedia    = "application/problem+json"
	// maxRefusal bounds the bytes that are read of a refusal, and shownRefusal the
	// characters that an error shows of one that is no problem document.
	maxRefusal   = 64 << 10
	shownRefusal = 200
)

func (c *Client) refusal(what string, response *http.Response) error {
	text, err := io.ReadAll(io.LimitReader(response.Body, maxRefusal))
	if err != nil {
		return c.failure(what, fmt.Errorf("status %d: read the reply: %w", response.StatusCode, err))
	}
	problem := Problem{asked: c.hide(what)}
	if mediaOf(response) != problemMedia || json.Unmarshal(text, &problem) != nil {
		return c.failure(what, fmt.Errorf("status %d and no problem document: %s", response.StatusCode, c.begin(text)))
	}
	problem.Status, problem.Kind = response.StatusCode, response.Header.Get(problemHeader)
	for _, part := range []*string{&problem.Kind, &problem.Type, &problem.Title, &problem.Detail, &problem.Field} {
		*part = c.hide(*part)
	}
	return &problem
}

func mediaOf(response *http.Response) string {
	media, _, err := mime.ParseMediaType(response.Header.Get("Content-Type"))
	if err != nil {
		return ""
	}
	return media
}

// begin is the beginning of a body, quoted.
func (c *Client) begin(text []byte) string {
	start := []rune(c.hide(string(text)))
	if len(start) > shownRefusal {
		return fmt.Sprintf("%q...", string(start[:shownRefusal]))
	}
	return fmt.Sprintf("%q", string(start))
}

// hide takes the token out of a text that came from elsewhere.
func (c *Client) hide(text string) string {
	if c.token == "" {
		return text
	}
	return strings.ReplaceAll(text, c.token, "[the token]")
}

// failure is what went wrong with what was asked.
func (c *Client) failure(what string, cause error) error {
	err := fmt.Errorf("%s: %w", what, cause)
	if hidden := c.hide(err.Error()); hidden != err.Error() {
		return errors.New(hidden)
	}
	return err
}
