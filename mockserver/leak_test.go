package mockserver_test

import (
	"bytes"
	"log/slog"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/keyturn/keyturn/fixtures"
	"github.com/keyturn/keyturn/mockserver"
	"github.com/keyturn/keyturn/mockserver/internal/vendortest"
	"github.com/keyturn/keyturn/mockserver/mocktest"
)

// logged is a log that many write to.
type logged struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *logged) Write(line []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(line)
}

func (l *logged) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// withLog writes everything that the server says.
func withLog(into *logged) mocktest.Option {
	return mocktest.WithOptions(func(o *mockserver.Options) {
		o.Logger = slog.New(slog.NewJSONHandler(into, &slog.HandlerOptions{Level: slog.LevelDebug}))
	})
}

var issuedValue = regexp.MustCompile(`"(?:secret|clientSecret|client_secret|value|sha256|access_token|accessToken|randomness)": ?"([^"]{8,})"`)

// gather adds the secrets that a text shows.
func gather(into map[string]bool, text string) {
	for _, found := range issuedValue.FindAllStringSubmatch(text, -1) {
		value := strings.TrimPrefix(found[1], "{noop}")
		// The vendor's page prints the names of types for values, and no secret is that.
		if value != "a-secret-of-the-callers-nth" && !strings.HasPrefix(value, "XCAN_") {
			into[value] = true
		}
	}
}

// TestNoSecretIsShownAnywhere plays all documented examples and looks at everything that
// is made to be looked at.
func TestNoSecretIsShownAnywhere(t *testing.T) {
	t.Parallel()
	var log logged
	s := newStage(t, "a", withLog(&log))
	s.put(http.MethodPost, "/snapshots", `{"name":"begin"}`, http.StatusCreated)
	secrets := map[string]bool{vendortest.AuthingPoolSecret: true}
	world := func() { gather(secrets, s.put(http.MethodGet, "/world", "", http.StatusOK).Text) }
	world()
	live := follow(t, s.BaseURL(), "a", "")
	requests := 0
	transcripts, err := fixtures.Transcripts()
	if err != nil {
		t.Fatal(err)
	}
	for _, transcript := range transcripts {
		for _, exchange := range transcript.Exchanges {
			_, _, body := send(t, s.BaseURL()+"/ns/a", exchange.Request)
			gather(secrets, string(body))
			if exchange.Request.Method != http.MethodGet {
				world()
			}
			requests++
		}
	}
	for _, v := range vendortest.All {
		gather(secrets, v.Rotation.Send(s.With("Prefer", "code=500, when=after")).Text)
		world()
		held := s.Send(http.MethodGet, v.Held)
		gather(secrets, held.Text)
		v.Works(t, s.API, v.Secret)
		s.Send(http.MethodGet, "/wrong/"+v.Secret+"?client_secret="+v.Secret)
		s.With("Prefer", "code="+v.Secret).Send(http.MethodGet, v.Held)
		requests += 5
	}
	s.put(http.MethodPost, "/snapshots", `{"name":"end"}`, http.StatusCreated)
	for _, name := range []string{"begin", "end"} {
		gather(secrets, s.put(http.MethodGet, "/snapshots/"+name, "", http.StatusOK).Text)
	}
	if len(secrets) < 15 {
		t.Fatalf("there are %d secrets alone", len(secrets))
	}
	const all = `{"never":true,"match":{"status":200}}`
	shown := map[string]string{
		"the journal":            s.put(http.MethodGet, "/requests?limit=1000", "", http.StatusOK).Text,
		"the archive":            s.put(http.MethodGet, "/requests.har", "", http.StatusOK).Text,
		"what nobody answered":   s.put(http.MethodGet, "/requests/unmatched", "", http.StatusOK).Text,
		"a failed verification":  s.put(http.MethodPost, "/requests/verify", all, http.StatusOK).Text,
		"the difference":         s.put(http.MethodGet, "/snapshots/begin/diff", "", http.StatusOK).Text,
		"the difference back":    s.put(http.MethodGet, "/snapshots/end/diff?with=begin", "", http.StatusOK).Text,
		"a refused import":       s.admin(http.MethodPut, "/snapshots/x", `{"format":"`+vendortest.AuthingPoolSecret+`"}`).Text,
		"the list of faults":     s.put(http.MethodGet, "/faults", "", http.StatusOK).Text,
		"the list of namespaces": s.put(http.MethodGet, "/namespaces", "", http.StatusOK).Text,
		"the figures":            s.Send(http.MethodGet, "/metrics").Text,
		"the log":                log.String(),
	}
	for range requests {
		shown["the stream"] += live.next(t).Data
	}
	for what, text := range shown {
		if text == "" {
			t.Errorf("%s is empty", what)
		}
		for secret := range secrets {
			if at := strings.Index(text, secret); at >= 0 {
				t.Errorf("%s shows %s: %s", what, secret, text[max(0, at-200):min(len(text), at+len(secret)+50)])
			}
		}
	}
	for _, what := range []string{"the journal", "the archive", "the stream", "the difference"} {
		if !strings.Contains(shown[what], "#") {
			t.Errorf("%s has no fingerprints", what)
		}
	}
}
