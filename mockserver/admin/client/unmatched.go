package client

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
)

// Unmatched are the requests that no operation answered.
type Unmatched struct {
	// Entries are the newest last.
	Entries []UnmatchedRequest `json:"entries"`
	// Evicted is that of Journal.
	Evicted uint64 `json:"evicted"`
}

// UnmatchedRequest is a request that no operation answered, and what was probably
// meant.
type UnmatchedRequest struct {
	Request
	// Nearest is the operation that comes nearest, nil when none is near, and Reason why
	// it is not the one that answered.
	Nearest *Operation
	Reason  string
}

// Operation is one of an emulated API.
type Operation struct {
	Provider  string `json:"provider"`
	Operation string `json:"operation"`
	Method    string `json:"method"`
	// Path is as the document writes it, with names in braces.
	Path string `json:"path"`
}

// UnmarshalJSON reads an entry of the journal with what belongs to it.
func (u *UnmatchedRequest) UnmarshalJSON(text []byte) error {
	var more struct {
		Nearest *Operation `json:"nearest"`
		Reason  string     `json:"reason"`
	}
	if err := json.Unmarshal(text, &more); err != nil {
		return err
	}
	u.Nearest, u.Reason = more.Nearest, more.Reason
	return json.Unmarshal(text, &u.Request)
}

// Unmatched returns every request that the journal holds and no operation answered.
func (c *Client) Unmatched(ctx context.Context) (Unmatched, error) {
	var unmatched Unmatched
	err := c.do(ctx, call{
		method: http.MethodGet, path: "requests/unmatched", query: url.Values{"limit": {strconv.Itoa(all)}}, receive: into(&unmatched),
	})
	return unmatched, err
}

// HAR returns the whole journal as an HTTP archive (HAR 1.2), for the network view of a
// browser. Secrets are replaced as in Requests.
func (c *Client) HAR(ctx context.Context) ([]byte, error) {
	var archive []byte
	err := c.do(ctx, call{method: http.MethodGet, path: "requests.har", receive: func(text []byte) error {
		if err := object(text, "log"); err != nil {
			return err
		}
		archive = text
		return nil
	}})
	return archive, err
}
