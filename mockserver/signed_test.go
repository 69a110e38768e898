package mockserver_test

import (
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base64"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/keyturn/keyturn/mockserver/internal/apitest"
)

const signedPath = "/api/v3/refresh-application-secret"

// signed is the request to rotate the secret of the application, as an official client
// signs it.
func signed(api apitest.API, date time.Time, nonce string) apitest.API {
	text := strings.Join([]string{
		http.MethodPost, "date:" + date.UTC().Format(http.TimeFormat), "x-authing-signature-method:HMAC-SHA1",
		"x-authing-signature-nonce:" + nonce, "x-authing-signature-version:1.0", signedPath + "?appId=" + authingApp,
	}, "\n")
	mac := hmac.New(sha1.New, []byte(poolSecret))
	mac.Write([]byte(text))
	return api.With("Date", date.UTC().Format(http.TimeFormat)).With("X-Authing-Signature-Method", "HMAC-SHA1").
		With("X-Authing-Signature-Nonce", nonce).With("X-Authing-Signature-Version", "1.0").
		With("Authorization", "authing "+authingPool+":"+base64.StdEncoding.EncodeToString(mac.Sum(nil)))
}

// signedCode is the vendor's code for what became of a signed request: 200 when it was
// taken, 1305 for its date and 1306 for one that was sent before.
func signedCode(t *testing.T, api apitest.API, date time.Time, nonce string) float64 {
	t.Helper()
	got := signed(api, date, nonce).Raw(http.MethodPost, signedPath, jsonMedia, `{"appId":"`+authingApp+`"}`)
	if code, is := got.At("apiCode").(float64); is {
		return code
	}
	code, _ := got.At("statusCode").(float64)
	return code
}

func TestTheClockMovesSignatures(t *testing.T) {
	t.Parallel()
	s := newStage(t, "a")
	s.clock(`{"freeze":true}`)
	s.clock(`{"at":"2045-06-07T08:00:00Z"}`)
	now := s.now()
	for name, test := range map[string]struct {
		date time.Time
		code float64
	}{
		"the clock's own date": {now, 200}, "the system's": {time.Now(), 1305}, "a quarter of an hour before": {now.Add(-15 * time.Minute), 200},
		"a second more": {now.Add(-15*time.Minute - time.Second), 1305}, "as much ahead": {now.Add(15 * time.Minute), 200}, "too far ahead": {now.Add(15*time.Minute + 2*time.Second), 1305},
	} {
		if got := signedCode(t, s.API, test.date, strings.ReplaceAll(name, " ", "-")); got != test.code {
			t.Errorf("%s: got %v, want %v", name, got, test.code)
		}
	}
	if got := signedCode(t, s.API, now, "again"); got != 200 {
		t.Fatalf("got %v", got)
	}
	if got := signedCode(t, s.API, now, "again"); got != 1306 {
		t.Errorf("the second time: got %v, want 1306", got)
	}
	s.clock(`{"advance":"16m"}`)
	if got := signedCode(t, s.API, now, "late"); got != 1305 {
		t.Errorf("16 minutes later: got %v, want 1305", got)
	}
}

// TestNoncesAreOfANamespace sends one signature to two, and again after a reset and a
// restored snapshot, where it was never used.
func TestNoncesAreOfANamespace(t *testing.T) {
	t.Parallel()
	a := newStage(t, "a")
	b := a.in(t, "b")
	a.put(http.MethodPost, "/snapshots", `{"name":"unused"}`, http.StatusCreated)
	now := time.Now()
	for i, step := range []struct {
		s      stage
		before string
		code   float64
	}{{a, "", 200}, {a, "", 1306}, {b, "", 200}, {b, "", 1306}, {a, "/reset", 200}, {a, "", 1306}, {b, "", 1306}, {a, "/snapshots/unused/restore", 200}} {
		if step.before != "" {
			step.s.put(http.MethodPost, step.before, "", http.StatusNoContent)
		}
		if got := signedCode(t, step.s.API, now, "nonce"); got != step.code {
			t.Errorf("step %d: got %v, want %v", i, got, step.code)
		}
	}
}
