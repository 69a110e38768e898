package client

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// Journal is what the stand-in was asked and answered.
type Journal struct {
	// Entries are the newest last.
	Entries []Request `json:"entries"`
	// Evicted is how many were forgotten for want of room since the start or the last
	// clearing. A count of Entries is no proof of anything while it is not 0.
	Evicted uint64 `json:"evicted"`
	Bounds  Bounds `json:"bounds"`
}

// Bounds are how much the journal keeps.
type Bounds struct {
	Entries int `json:"entries"`
	Bytes   int `json:"bytes"`
}

// Request is one request to an emulated API, and the reply to it. Secrets and tokens
// are replaced by digests that are equal where they are.
type Request struct {
	// ID grows from entry to entry.
	ID uint64
	// RequestID is what the log of the server calls it.
	RequestID string
	At        time.Time
	// Took is rounded to microseconds.
	Took time.Duration
	// Provider and Operation are empty when no operation answers at the path.
	Provider, Operation string
	Method              string
	// URL is the path and the query.
	URL string
	// Sent is what came from the caller, and Reply what went back with Status.
	Sent   Message
	Status int
	Reply  Message
	// Violation says why the request was refused or the reply withheld. Empty when all
	// was well.
	Violation string
	// Fault is the ID of the fault that it met, or "prefer" for one that it asked for
	// itself, and what happened. Empty for none.
	Fault string
	// Uses are the secrets that were presented, and Changes what became of secrets.
	Uses    []SecretUse
	Changes []SecretChange
}

// SecretUse is one secret that was presented for a client.
type SecretUse struct {
	Realm  string `json:"realm"`
	Client string `json:"client"`
	// Secret is the id of the one that was meant, live or not. Empty for none.
	Secret string `json:"secret"`
	// Fingerprint is equal for equal secrets for as long as the process lives.
	Fingerprint string `json:"fingerprint"`
	// Outcome is accepted, expired, deleted, disabled, unknown, or refused for another
	// reason.
	Outcome string `json:"outcome"`
}

// SecretChange is what a request did to a secret.
type SecretChange struct {
	Realm       string `json:"realm"`
	Client      string `json:"client"`
	Secret      string `json:"secret"`
	Fingerprint string `json:"fingerprint"`
	// Kind is issued, superseded, deleted or removed.
	Kind string `json:"kind"`
	// ExpiresAt is when it will expire, zero for never.
	ExpiresAt time.Time `json:"expires_at"`
}

// Message is a header and a body.
type Message struct {
	Header http.Header `json:"headers"`
	// Body is a JSON value for a JSON body, a JSON text for any other, nil for none.
	Body json.RawMessage `json:"body"`
}

// UnmarshalJSON reads an entry of the journal.
func (r *Request) UnmarshalJSON(text []byte) error {
	var entry struct {
		ID        uint64         `json:"id"`
		RequestID string         `json:"request_id"`
		At        time.Time      `json:"at"`
		TookMS    float64        `json:"took_ms"`
		Provider  string         `json:"provider"`
		Operation string         `json:"operation"`
		Method    string         `json:"method"`
		URL       string         `json:"url"`
		Request   Message        `json:"request"`
		Status    int            `json:"status"`
		Reply     Message        `json:"reply"`
		Violation string         `json:"violation"`
		Fault     string         `json:"fault"`
		Uses      []SecretUse    `json:"uses"`
		Changes   []SecretChange `json:"changes"`
	}
	if err := json.Unmarshal(text, &entry); err != nil {
		return err
	}
	*r = Request{
		ID: entry.ID, RequestID: entry.RequestID, At: entry.At, Took: time.Duration(entry.TookMS * float64(time.Millisecond)).Round(time.Microsecond),
		Provider: entry.Provider, Operation: entry.Operation, Method: entry.Method, URL: entry.URL,
		Sent: entry.Request.orNone(), Status: entry.Status, Reply: entry.Reply.orNone(), Violation: entry.Violation,
		Fault: entry.Fault, Uses: entry.Uses, Changes: entry.Changes,
	}
	return nil
}

func (m Message) orNone() Message {
	if bytes.Equal(m.Body, []byte("null")) {
		m.Body = nil
	}
	return m
}

// Query selects entries of the journal. The zero value selects all.
type Query struct {
	Provider, Operation string
	// Status is that of the reply, 0 for any.
	Status int
	// After selects the entries with a higher id.
	After uint64
	// Violations selects, when true, what was refused or withheld, and when false, what
	// was well. Nil selects both.
	Violations *bool
	// Limit keeps that many of the newest, 0 as many as there are.
	Limit int
}

// all is the highest limit that the plane takes.
const all = 100_000

func (q Query) values() url.Values {
	values := url.Values{"limit": {strconv.Itoa(all)}}
	if q.Limit != 0 {
		values.Set("limit", strconv.Itoa(q.Limit))
	}
	if q.Provider != "" {
		values.Set("provider", q.Provider)
	}
	if q.Operation != "" {
		values.Set("operation", q.Operation)
	}
	if q.Status != 0 {
		values.Set("status", strconv.Itoa(q.Status))
	}
	if q.After != 0 {
		values.Set("after", strconv.FormatUint(q.After, 10))
	}
	if q.Violations != nil {
		values.Set("violations", strconv.FormatBool(*q.Violations))
	}
	return values
}

// Journal returns the entries that match, and what is known of those that are gone.
// Requests to the admin plane are never among them.
func (c *Client) Journal(ctx context.Context, query Query) (Journal, error) {
	var journal Journal
	err := c.do(ctx, call{method: http.MethodGet, path: "requests", query: query.values(), receive: into(&journal)})
	return journal, err
}

// Requests returns every entry that the journal holds, the newest last.
func (c *Client) Requests(ctx context.Context) ([]Request, error) {
	journal, err := c.Journal(ctx, Query{})
	return journal.Entries, err
}

// ClearRequests forgets every request, and how many were forgotten before. Ids go on
// counting.
func (c *Client) ClearRequests(ctx context.Context) error {
	return c.do(ctx, call{method: http.MethodDelete, path: "requests"})
}
