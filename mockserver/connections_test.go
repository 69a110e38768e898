package mockserver_test

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptrace"
	"strings"
	"testing"
	"time"

	"github.com/keyturn/keyturn/mockserver/internal/apitest"
	"github.com/keyturn/keyturn/mockserver/internal/vendortest"
)

// exchanged sends a request, of which there may be only a part of an answer.
func exchanged(client *http.Client, request *http.Request) (apitest.Reply, error) {
	response, err := client.Transport.RoundTrip(request)
	if err != nil {
		return apitest.Reply{}, err
	}
	text, err := io.ReadAll(response.Body)
	reply := apitest.Reply{Status: response.StatusCode, Header: response.Header, Text: string(text)}
	if json.Unmarshal(text, &reply.JSON) != nil {
		reply.JSON = nil
	}
	return reply, errors.Join(err, response.Body.Close())
}

// TestConnectionsSurviveOrDie looks at which connection the request after a fault has.
func TestConnectionsSurviveOrDie(t *testing.T) {
	t.Parallel()
	s := newStage(t, "a")
	client := s.HTTPClient()
	reused := func(method, prefer string) bool {
		var again bool
		trace := &httptrace.ClientTrace{GotConn: func(info httptrace.GotConnInfo) { again = info.Reused }}
		request, err := http.NewRequestWithContext(httptrace.WithClientTrace(t.Context(), trace), method, s.BaseURL()+vendortest.IdentitySecrets, nil)
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Authorization", "Bearer token")
		if prefer != "" {
			request.Header.Set("Prefer", prefer)
		}
		_, _ = exchanged(client, request)
		return again
	}
	reused(http.MethodGet, "")
	for prefer, survives := range map[string]bool{
		"code=503": true, "code=503, when=after": true, "delay=1ms": true, "empty": true, "drip=1us": true, "truncate=100000": true, "throttle=1s": true,
		"reset": false, "reset, when=after": false, "truncate=2": false, "code=500, truncate=0": false,
	} {
		reused(http.MethodGet, prefer)
		if got := reused(http.MethodGet, ""); got != survives {
			t.Errorf("the connection survives %q: %v, want %v", prefer, got, survives)
		}
	}
	for prefer, survives := range map[string]bool{"truncate=2": true, "drip=30s": true, "empty": true, "code=503": true, "reset": false} {
		reused(http.MethodHead, prefer)
		if got := reused(http.MethodGet, ""); got != survives {
			t.Errorf("the connection survives a HEAD with %q: %v, want %v", prefer, got, survives)
		}
	}
}

// TestHeadHasNoBody compares it with a GET under each effect.
func TestHeadHasNoBody(t *testing.T) {
	t.Parallel()
	s := newStage(t, "a")
	for _, prefer := range []string{"", "code=503", "truncate=2", "drip=30s", "delay=1ms", "code=401, when=after"} {
		got := s.With("Prefer", prefer).Send(http.MethodHead, vendortest.IdentitySecrets)
		status := http.StatusOK
		if strings.HasPrefix(prefer, "code=") {
			status = map[string]int{"503": 503, "401": 401}[prefer[5:8]]
		}
		if got.Status != status || got.Text != "" || got.Header.Get("Content-Length") == "0" || got.Header.Get("Content-Length") == "" {
			t.Errorf("%q: HTTP %d %q %v", prefer, got.Status, got.Text, got.Header)
		}
	}
	if got := s.With("Prefer", "empty").Send(http.MethodHead, vendortest.IdentitySecrets); got.Header.Get("Content-Length") != "0" {
		t.Errorf("empty: %v", got.Header)
	}
}

// TestPreferIsForOneRequest asks for an effect and then for none.
func TestPreferIsForOneRequest(t *testing.T) {
	t.Parallel()
	s := newStage(t, "a")
	for prefer, want := range map[string]struct {
		status     int
		applied    string
		retryAfter string
	}{
		`code=503`: {503, "code=503", ""}, `CODE = "418"`: {418, "code=418", ""}, `code=401, when=after`: {401, "code=401, when=after", ""}, `throttle=7s`: {429, "throttle=7s", "7"},
		`throttle=1500ms, code=503`: {503, "throttle=1500ms, code=503", "2"}, `return=minimal`: {200, "", ""}, `code=503, code=404`: {503, "code=503", ""}, `wait=5;foreign=", code=500"`: {200, "", ""}, ``: {200, "", ""},
	} {
		got := s.With("Prefer", prefer).Send(http.MethodGet, vendortest.IdentitySecrets)
		if got.Status != want.status || got.Header.Get("Preference-Applied") != want.applied || got.Header.Get("Retry-After") != want.retryAfter {
			t.Errorf("%q: HTTP %d %v %s", prefer, got.Status, got.Header, got.Text)
		}
		if next := s.Send(http.MethodGet, vendortest.IdentitySecrets); next.Status != http.StatusOK || next.Header.Get("Keyturn-Fault") != "" {
			t.Errorf("after %q: HTTP %d %v", prefer, next.Status, next.Header)
		}
	}
	if got := s.Add("Prefer", "return=minimal").Add("Prefer", "code=503").Send(http.MethodGet, vendortest.IdentitySecrets); got.Status != http.StatusServiceUnavailable {
		t.Errorf("in a second header: HTTP %d", got.Status)
	}
}

// TestPreferencesThatCannotBe change nothing and say what was wanted.
func TestPreferencesThatCannotBe(t *testing.T) {
	t.Parallel()
	forVendors(t, func(t *testing.T, v vendortest.Vendor, s stage) {
		before := withoutIDs(s.Send(http.MethodGet, v.Held).Text)
		for _, prefer := range []string{
			"code=200", "code=teapot", "code", "delay=-1s", "delay=1h", "delay=soon", "reset=now", "truncate=-1", "drip=0s", "throttle=0s", "when=later", "when=after", "reset, code=503", "truncate=1, empty", "code=99999999999999999999",
		} {
			got := v.Rotation.Send(s.With("Prefer", prefer))
			if got.Status != http.StatusBadRequest || !strings.Contains(got.TextAt("detail"), "Prefer") || got.Header.Get("Keyturn-Problem") != "prefer" {
				t.Errorf("%q: HTTP %d %s", prefer, got.Status, got.Text)
			}
		}
		if after := withoutIDs(s.Send(http.MethodGet, v.Held).Text); after != before {
			t.Errorf("something happened: %s", after)
		}
	})
}

// TestACallerThatGoesIsNotWaitedFor cuts a request short that is held up for long.
func TestACallerThatGoesIsNotWaitedFor(t *testing.T) {
	t.Parallel()
	s := newStage(t, "a")
	s.inject(`{"match":{"operation":"listSecrets"},"effect":{"latency":{"fixed":"5m"}}}`)
	client := &http.Client{Transport: s.HTTPClient().Transport, Timeout: 50 * time.Millisecond}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.BaseURL()+vendortest.IdentitySecrets, nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("X-Keyturn-Namespace", s.name)
	if response, err := client.Do(request); err == nil {
		response.Body.Close()
		t.Fatal("it was not held up")
	}
	for range 400 {
		if entries := s.journal(); len(entries) == 1 {
			if !strings.Contains(entries[0].Fault, "latency 5m0s") {
				t.Errorf("got %+v", entries[0])
			}
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Error("the request is still under way")
}
