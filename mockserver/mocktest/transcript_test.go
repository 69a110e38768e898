package mocktest_test

import (
	"bytes"
	"encoding/json"
	"io"
	"maps"
	"math/rand/v2"
	"net/http"
	"regexp"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/keyturn/keyturn/fixtures"
	"github.com/keyturn/keyturn/mockserver"
	"github.com/keyturn/keyturn/mockserver/mocktest"
)

// repeatable makes two stand-ins tell the same time and draw the same secrets.
func repeatable() mocktest.Option {
	return mocktest.WithOptions(func(o *mockserver.Options) {
		o.Clock = func() time.Time { return time.Date(2026, 3, 29, 12, 0, 0, 0, time.UTC) }
		o.Random = &drawn{source: rand.NewChaCha8([32]byte{1})}
		o.PublicURL = "https://id.example"
	})
}

type drawn struct {
	mu     sync.Mutex
	source *rand.ChaCha8
}

func (d *drawn) Read(p []byte) (int, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.source.Read(p)
}

// exchange is a request, and answered what comes back.
type exchange struct {
	method, path string
	header       map[string]string
	body         []byte
}

type answered struct {
	Name   string
	Status int
	Header http.Header
	Body   string
}

// further are requests that no document prints, to every provider.
func further() []exchange {
	form := map[string]string{"Content-Type": "application/x-www-form-urlencoded"}
	bearer := map[string]string{"Authorization": "Bearer token", "Content-Type": "application/json"}
	credentials := []byte("grant_type=client_credentials&client_id=nobody&client_secret=wrong")
	return []exchange{
		{"POST", "/oauth/token", form, credentials},
		{"POST", "/oidc/token", form, credentials},
		{"POST", "/oauth2/token", form, credentials},
		{"POST", "/connect/token", form, credentials},
		{"HEAD", "/.well-known/openid-configuration", nil, nil},
		{"GET", "/nothing", nil, nil},
		{"TRACE", "/api/v1/auth/client", bearer, nil},
		{"PATCH", "/api/v1/auth/client", bearer, bytes.Repeat([]byte(" "), 1<<20+1)},
		{"PATCH", "/api/v1/auth/client", bearer, []byte("\xff")},
		{"GET", "/__admin/requests", nil, nil},
		{"POST", "/__admin/reset", nil, nil},
		{"GET", "/__admin/world", nil, nil},
	}
}

// TestTranscriptsAreTheSameWithoutAListener sends everything that the vendors' documents
// print to two stand-ins.
func TestTranscriptsAreTheSameWithoutAListener(t *testing.T) {
	t.Parallel()
	transcripts, err := fixtures.Transcripts()
	if err != nil {
		t.Fatal(err)
	}
	asked := map[string][]exchange{"further": further()}
	for _, transcript := range transcripts {
		for _, from := range transcript.Exchanges {
			send := exchange{from.Request.Method, from.Request.Path, map[string]string{}, nil}
			if from.Request.Body != nil {
				send.header["Content-Type"] = "application/json"
				if send.body, err = json.Marshal(from.Request.Body); err != nil {
					t.Fatal(err)
				}
			}
			maps.Copy(send.header, from.Request.Headers)
			asked[transcript.Provider] = append(asked[transcript.Provider], send)
		}
	}
	if len(asked) != 5 {
		t.Fatalf("there are transcripts of %d providers, want 4", len(asked)-1)
	}
	for name, exchanges := range asked {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			over := replay(t, mocktest.Start(t, repeatable()), exchanges)
			without := replay(t, mocktest.Start(t, repeatable(), mocktest.WithoutListener()), exchanges)
			if diff := cmp.Diff(over, without); diff != "" {
				t.Errorf("(-with a listener +without)\n%s", diff)
			}
		})
	}
}

// ofTheProcess are the numbers of RSA keys, which no source of randomness repeats, the
// digests of the journal, which are keyed, and the ids of requests.
var ofTheProcess = regexp.MustCompile(`("(?:d|dp|dq|n|p|q|qi|kid|request_id|Keyturn-Request-Id)":\[?)"[\w-]+"|#[0-9a-f]{8}`)

func replay(t *testing.T, standIn *mocktest.Server, exchanges []exchange) []answered {
	t.Helper()
	var all []answered
	for _, send := range exchanges {
		request, err := http.NewRequestWithContext(t.Context(), send.method, standIn.BaseURL()+send.path, bytes.NewReader(send.body))
		if err != nil {
			t.Fatal(err)
		}
		for name, value := range send.header {
			request.Header.Set(name, value)
		}
		response, err := standIn.HTTPClient().Do(request)
		if err != nil {
			t.Fatalf("%s %s: %v", send.method, send.path, err)
		}
		body, err := io.ReadAll(response.Body)
		if err != nil {
			t.Fatalf("%s %s: %v", send.method, send.path, err)
		}
		response.Body.Close()
		response.Header.Del("Date")
		response.Header.Del("Keyturn-Request-Id")
		if response.Header.Get("Content-Length") == strconv.Itoa(len(body)) {
			response.Header.Set("Content-Length", "right") // numbers of a key can begin with zeros
		}
		text := ofTheProcess.ReplaceAllString(string(body), "${1}")
		all = append(all, answered{send.method + " " + send.path, response.StatusCode, response.Header, text})
	}
	return all
}
