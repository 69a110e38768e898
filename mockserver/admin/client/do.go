package client

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"strings"
)

// call is one request to the plane.
type call struct {
	method string
	// path is what follows /__admin/. A {name} in it is replaced by name.
	path  string
	name  string
	query url.Values
	// whole is true for what concerns the whole server and no namespace of it.
	whole bool
	// send is written as JSON; nil for no body.
	send any
	// receive is given the body of a reply with status 200, or 201 when created is true.
	// Without it the reply is one with status 204.
	receive func(text []byte) error
	created bool
}

func (c call) status() int {
	switch {
	case c.receive == nil:
		return http.StatusNoContent
	case c.created:
		return http.StatusCreated
	default:
		return http.StatusOK
	}
}

// placeholder stands for the name of a thing in the path of a call.
const placeholder = "{name}"

// below is the path below /__admin/ as it is written into an address. A name of dots
// would be taken for a way up, and one that is empty for another operation.
func (c call) below() (string, error) {
	if !strings.Contains(c.path, placeholder) {
		return c.path, nil
	}
	if c.name == "" {
		return "", fmt.Errorf("%s: want a name in the place of %s", c.path, placeholder)
	}
	return strings.Replace(c.path, placeholder, strings.ReplaceAll(url.PathEscape(c.name), ".", "%2E"), 1), nil
}

// into reads JSON into the target.
func into(target any) func([]byte) error {
	return func(text []byte) error { return json.Unmarshal(text, target) }
}

// do is how everything is asked.
func (c *Client) do(ctx context.Context, asked call) error {
	response, what, err := c.send(ctx, asked, nil)
	if err != nil {
		return err
	}
	defer response.Body.Close()
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

// send returns the reply when its status is the one that is wanted, and what was asked
// for errors to begin with.
func (c *Client) send(ctx context.Context, asked call, header http.Header) (response *http.Response, what string, err error) {
	if c.baseErr != nil {
		return nil, "", c.baseErr
	}
	path, err := asked.below()
	if err != nil {
		return nil, "", fmt.Errorf("admin plane: %s %w", asked.method, err)
	}
	address := c.base.JoinPath("/__admin/", path)
	what = asked.method + " " + shown(address)
	address.RawQuery = asked.query.Encode()
	request, err := c.request(ctx, asked, address)
	if err != nil {
		return nil, what, c.failure(what, err)
	}
	maps.Copy(request.Header, header)
	response, err = c.http.Do(request)
	if err != nil {
		// The outer error shows the query, and repeats what is said here.
		if outer, is := errors.AsType[*url.Error](err); is {
			err = outer.Err
		}
		return nil, what, c.failure(what, err)
	}
	if response.StatusCode != asked.status() {
		defer response.Body.Close()
		return nil, what, c.refusal(what, response)
	}
	return response, what, nil
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
	if c.namespace != "" && !asked.whole {
		request.Header.Set(namespaceHeader, c.namespace)
	}
	return request, nil
}
