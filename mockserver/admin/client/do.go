package client

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
)

// call is one request to the plane.
type call struct {
	method string
	// path is what follows /__admin/.
	path  string
	query url.Values
	// send is written as JSON; nil for no body.
	send any
	// receive is given the body of a reply with status 200. Without it the reply is one
	// with status 204.
	receive func(text []byte) error
}

func (c call) status() int {
	if c.receive == nil {
		return http.StatusNoContent
	}
	return http.StatusOK
}

// into reads JSON into the target.
func into(target any) func([]byte) error {
	return func(text []byte) error { return json.Unmarshal(text, target) }
}

// do is how everything is asked.
func (c *Client) do(ctx context.Context, asked call) error {
	if c.baseErr != nil {
		return c.baseErr
	}
	address := c.base.JoinPath("/__admin/", asked.path)
	what := asked.method + " " + shown(address)
	address.RawQuery = asked.query.Encode()
	request, err := c.request(ctx, asked, address)
	if err != nil {
		return c.failure(what, err)
	}
	response, err := c.http.Do(request)
	if err != nil {
		// The outer error shows the query, and repeats what is said here.
		if outer, is := errors.AsType[*url.Error](err); is {
			err = outer.Err
		}
		return c.failure(what, err)
	}
	defer response.Body.Close()
	if response.StatusCode != asked.status() {
		return c.refusal(what, response)
	}
	if asked.receive == nil {
		return nil
	}
	text, err := io.ReadAll(io.LimitReader(response.Body, c.maxReply+1))
	switch {
	case err != nil:
		return c.failure(what, fmt.Errorf("read the reply: %w", err))
	case int64(len(text)) > c.maxReply:
		return c.failure(what, fmt.Errorf("the reply is longer than %d bytes", c.maxReply))
	}
	if err := asked.receive(text); err != nil {
		return c.failure(what, c.foreign(response, text, err))
	}
	return nil
}

// foreign is why a reply is none of the admin plane's. What is JSON is not shown: it
// may be the half of a world, with secrets.
func (c *Client) foreign(response *http.Response, text []byte, cause error) error {
	if mediaOf(response) == "application/json" {
		return fmt.Errorf("the reply is none of the admin plane's: %w", cause)
	}
	return fmt.Errorf("status %d and a reply that is none of the admin plane's: %w: %s", response.StatusCode, cause, c.begin(text))
}

func (c *Client) request(ctx context.Context, asked call, address *url.URL) (*http.Request, error) {
	var body io.Reader
	if asked.send != nil {
		text, err := json.Marshal(asked.send)
		if err != nil {
			return nil, err
		}
		body = bytes.NewReader(text)
	}
	request, err := http.NewRequestWithContext(ctx, asked.method, address.String(), body)
	if err != nil {
		return nil, err
	}
	if body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	if c.token != "" {
		request.Header.Set("Authorization", "Bearer "+c.token)
	}
	return request, nil
}
