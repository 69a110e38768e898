package main

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

const (
	jsonBody = "application/json"
	formBody = "application/x-www-form-urlencoded"
	poolOf   = "61b95d6c96d42670da568408"
)

// request is one to be sent to a server under test, with the default world's administrator.
type request struct{ method, path, media, body string }

func fetch(path string) request { return request{method: http.MethodGet, path: path} }

func send(method, path string, body any) request {
	text, err := json.Marshal(body)
	if err != nil {
		panic(err) // a map of texts always has a JSON form
	}
	return request{method, path, jsonBody, string(text)}
}

func form(path string, members ...string) request {
	values := url.Values{}
	for i := 0; i < len(members); i += 2 {
		values.Set(members[i], members[i+1])
	}
	return request{http.MethodPost, path, formBody, values.Encode()}
}

type object = map[string]any

// answer is what came back as a whole.
type answer struct {
	status int
	header http.Header
	text   string
	body   any
	took   time.Duration
}

// at follows member names and indexes into the body; nil where they end.
func (a answer) at(steps ...any) any {
	value := a.body
	for _, step := range steps {
		switch step := step.(type) {
		case string:
			members, _ := value.(object)
			value = members[step]
		case int:
			items, _ := value.([]any)
			if step >= len(items) {
				return nil
			}
			value = items[step]
		}
	}
	return value
}

func (a answer) textAt(steps ...any) string {
	text, _ := a.at(steps...).(string)
	return text
}

func (a answer) listAt(steps ...any) []any {
	items, _ := a.at(steps...).([]any)
	return items
}

// done reports whether the request was carried out. Two of the vendors say in the body that
// it was not.
func (a answer) done() bool {
	for _, name := range []string{"code", "statusCode"} {
		if code, is := a.at(name).(float64); is && code != http.StatusOK {
			return false
		}
	}
	return a.status >= 200 && a.status < 300
}

// asker sends requests to one server, and keeps the connections.
type asker struct {
	client *http.Client
	base   string
}

func newAsker(base string) *asker {
	return &asker{&http.Client{Timeout: patience, Transport: &http.Transport{MaxIdleConnsPerHost: 64}}, base}
}

func (a *asker) close() { a.client.CloseIdleConnections() }

// ask returns an error when the answer did not come, or not to its end.
func (a *asker) ask(r request) (answer, error) {
	began := time.Now()
	asked, err := http.NewRequest(r.method, a.base+r.path, strings.NewReader(r.body))
	if err != nil {
		return answer{}, err
	}
	if r.media != "" {
		asked.Header.Set("Content-Type", r.media)
	}
	if r.media != formBody {
		asked.Header.Set("Authorization", "Bearer token")
		asked.Header.Set("X-Authing-Userpool-Id", poolOf)
	}
	got, err := a.client.Do(asked)
	if err != nil {
		return answer{}, err
	}
	defer got.Body.Close()
	text, err := io.ReadAll(got.Body)
	if err != nil {
		return answer{}, err
	}
	reply := answer{status: got.StatusCode, header: got.Header, text: string(text), took: time.Since(began)}
	if json.NewDecoder(bytes.NewReader(text)).Decode(&reply.body) != nil {
		reply.body = nil
	}
	return reply, nil
}
