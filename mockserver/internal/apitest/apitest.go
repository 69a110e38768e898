// Package apitest speaks HTTP to a stand-in for this module's own tests, without
// the habits of any vendor's client library.
package apitest

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// API is one server as one caller sees it. It is immutable.
type API struct {
	tb     testing.TB
	url    string
	header http.Header
}

// New returns an API without credentials.
func New(tb testing.TB, baseURL string) API {
	tb.Helper()
	return API{tb: tb, url: baseURL, header: http.Header{}}
}

// With returns a copy that sends the header too.
func (a API) With(name, value string) API {
	a.header = a.header.Clone()
	a.header.Set(name, value)
	return a
}

// Add returns a copy that sends one more header of this name.
func (a API) Add(name, value string) API {
	a.header = a.header.Clone()
	a.header.Add(name, value)
	return a
}

// Bearer returns a copy that sends the token.
func (a API) Bearer(token string) API { return a.With("Authorization", "Bearer "+token) }

// Reply is what came back.
type Reply struct {
	Status int
	Header http.Header
	Text   string
	// JSON is the decoded body, nil when it is none.
	JSON any
}

// Send sends a request without a body.
func (a API) Send(method, path string) Reply {
	a.tb.Helper()
	return a.Raw(method, path, "", "")
}

// JSON sends a body as JSON.
func (a API) JSON(method, path string, body any) Reply {
	a.tb.Helper()
	text, err := json.Marshal(body)
	if err != nil {
		a.tb.Fatal(err)
	}
	return a.Raw(method, path, "application/json", string(text))
}

// Form posts a form.
func (a API) Form(path string, form map[string]string) Reply {
	a.tb.Helper()
	values := url.Values{}
	for name, value := range form {
		values.Set(name, value)
	}
	return a.Raw(http.MethodPost, path, "application/x-www-form-urlencoded", values.Encode())
}

// Raw sends a body as it is. An empty content type is not sent.
func (a API) Raw(method, path, contentType, body string) Reply {
	a.tb.Helper()
	request, err := http.NewRequestWithContext(a.tb.Context(), method, a.url+path, strings.NewReader(body))
	if err != nil {
		a.tb.Fatal(err)
	}
	request.Header = a.header.Clone()
	if contentType != "" {
		request.Header.Set("Content-Type", contentType)
	}
	response, err := http.DefaultTransport.RoundTrip(request)
	if err != nil {
		a.tb.Fatalf("%s %s: %v", method, path, err)
	}
	text, err := io.ReadAll(response.Body)
	if err := errors.Join(err, response.Body.Close()); err != nil {
		a.tb.Fatalf("%s %s: %v", method, path, err)
	}
	reply := Reply{Status: response.StatusCode, Header: response.Header, Text: string(text)}
	decoder := json.NewDecoder(bytes.NewReader(text))
	if decoder.Decode(&reply.JSON) != nil {
		reply.JSON = nil
	}
	return reply
}

// At follows member names, and indexes written as numbers, into the body. It is
// nil where the path ends.
func (r Reply) At(steps ...any) any {
	value := r.JSON
	for _, step := range steps {
		switch step := step.(type) {
		case string:
			object, _ := value.(map[string]any)
			value = object[step]
		case int:
			list, _ := value.([]any)
			if step >= len(list) {
				return nil
			}
			value = list[step]
		}
	}
	return value
}

// TextAt is At for a text, empty when there is none.
func (r Reply) TextAt(steps ...any) string {
	text, _ := r.At(steps...).(string)
	return text
}

// Header returns what the API sends under this name.
func (a API) Header(name string) string { return a.header.Get(name) }
