package mockserver_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"testing"

	"github.com/keyturn/keyturn/fixtures"
	"github.com/keyturn/keyturn/mockserver/mocktest"
	"github.com/keyturn/keyturn/specs"
)

// TestTranscripts replays what the vendors' documents print, a fresh default world
// for each document.
func TestTranscripts(t *testing.T) {
	transcripts, err := fixtures.Transcripts()
	if err != nil {
		t.Fatal(err)
	}
	var covered []string
	for _, transcript := range transcripts {
		covered = append(covered, transcript.Provider)
		t.Run(transcript.Provider, func(t *testing.T) {
			t.Parallel()
			server := mocktest.Start(t)
			if len(transcript.Exchanges) == 0 {
				t.Fatal("the transcript is empty")
			}
			for _, exchange := range transcript.Exchanges {
				replay(t, server.BaseURL(), exchange)
			}
		})
	}
	for _, name := range specs.Names() {
		if name != specs.Admin && !slices.Contains(covered, name) {
			t.Errorf("there is no transcript for %s", name)
		}
	}
}

func replay(t *testing.T, baseURL string, exchange fixtures.Exchange) {
	t.Helper()
	status, header, body := send(t, baseURL, exchange.Request)
	if status != exchange.Reply.Status {
		t.Errorf("%s: status %d, want %d: %s", exchange.Name, status, exchange.Reply.Status, body)
	}
	for name, want := range exchange.Reply.Headers {
		if got := header.Get(name); got != want {
			t.Errorf("%s: header %s is %q, want %q", exchange.Name, name, got, want)
		}
	}
	if exchange.Reply.Body == nil {
		return
	}
	var got any
	if err := json.Unmarshal(body, &got); err != nil {
		t.Fatalf("%s: the reply is no JSON: %v: %s", exchange.Name, err, body)
	}
	for _, difference := range fixtures.Match(exchange.Reply.Body, got) {
		t.Errorf("%s: %s", exchange.Name, difference)
	}
}

func send(t *testing.T, baseURL string, from fixtures.Request) (int, http.Header, []byte) {
	t.Helper()
	var body io.Reader
	contentType := ""
	if from.Body != nil {
		text, err := json.Marshal(from.Body)
		if err != nil {
			t.Fatal(err)
		}
		body, contentType = bytes.NewReader(text), "application/json"
	}
	request, err := http.NewRequestWithContext(t.Context(), from.Method, baseURL+from.Path, body)
	if err != nil {
		t.Fatal(err)
	}
	if contentType != "" {
		request.Header.Set("Content-Type", contentType)
	}
	for name, value := range from.Headers {
		request.Header.Set(name, value)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	data, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, response.Header, data
}
