package journal

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// archive writes an archive and reads its entries with another decoder.
func archive(t *testing.T, shown []Shown) []map[string]any {
	t.Helper()
	var b bytes.Buffer
	if err := WriteHAR(&b, shown, Archive{Creator: "Keyturn", Version: "1.2.3", Base: "http://127.0.0.1:4010/"}); err != nil {
		t.Fatal(err)
	}
	var document struct {
		Log struct {
			Version string
			Creator map[string]string
			Entries []map[string]any
		}
	}
	decoder := json.NewDecoder(&b)
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&document); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[string]string{"name": "Keyturn", "version": "1.2.3"}, document.Log.Creator); diff != "" || document.Log.Version != "1.2" {
		t.Errorf("version %s (-want +got)\n%s", document.Log.Version, diff)
	}
	return document.Log.Entries
}

func TestWriteHAR(t *testing.T) {
	t.Parallel()
	const media = "application/x-www-form-urlencoded"
	at := time.Date(2026, 1, 2, 3, 4, 5, 678_000_000, time.FixedZone("", 3600))
	got := archive(t, NewRedactor().Redact([]Entry{
		{
			ID: 1, RequestID: "r-1", At: at, Duration: 1500 * time.Microsecond, Provider: "p", Operation: "o", Proto: "HTTP/2.0",
			Method: "POST", Target: "/a/" + secret + "/%zz?x=%C3%A9&client_secret=" + secret, Status: 302,
			RequestHeader: http.Header{"Content-Type": {media}, "Cookie": {"session=" + secret}, "Accept": {"a", "b"}},
			RequestBody:   []byte("grant_type=a%20b&client_secret=" + secret),
			ReplyHeader:   http.Header{"Content-Type": {"application/json"}, "Location": {"/cb?code=1&token=" + secret}},
			ReplyBody:     []byte(`{"client_secret":"` + secret + `"}`), Violation: "what is " + secret, Fault: "f1: " + secret,
		},
		{ID: 2, At: at, Method: "GET", Target: "*", Status: 200},
		{ID: 3, At: at, Target: "/", RequestHeader: http.Header{"Content-Type": {media}}, RequestBody: make([]byte, maxText+1), ReplyBody: []byte("x")},
	}, nil, all))
	text, err := json.Marshal(got)
	if err != nil {
		t.Fatal(err)
	}
	for _, spelling := range spelledOut(secret, "me") {
		if bytes.Contains(text, []byte(spelling)) {
			t.Errorf("%s is in %s", spelling, text)
		}
	}
	var want []map[string]any
	decode(t, `[{
		"startedDateTime": "2026-01-02T02:04:05.678Z", "time": 1.5, "cache": {}, "timings": {"send": 0, "wait": 1.5, "receive": 0},
		"_id": 1, "_requestId": "r-1", "_provider": "p", "_operation": "o", "_violation": "what is []", "_fault": "f1: []",
		"request": {
			"method": "POST", "url": "http://127.0.0.1:4010/a/<>/%25zz?x=%C3%A9&client_secret=<>", "httpVersion": "HTTP/2.0", "cookies": [],
			"headers": [{"name": "Accept", "value": "a"}, {"name": "Accept", "value": "b"}, {"name": "Content-Type", "value": "application/x-www-form-urlencoded"}, {"name": "Cookie", "value": "[]"}],
			"queryString": [{"name": "x", "value": "é"}, {"name": "client_secret", "value": "[]"}], "headersSize": -1, "bodySize": -1,
			"postData": {"mimeType": "application/x-www-form-urlencoded", "params": [{"name": "grant_type", "value": "a b"}, {"name": "client_secret", "value": "[]"}]}
		},
		"response": {
			"status": 302, "statusText": "Found", "httpVersion": "HTTP/2.0", "cookies": [], "redirectURL": "/cb?code=[]&token=[]", "headersSize": -1, "bodySize": -1,
			"headers": [{"name": "Content-Type", "value": "application/json"}, {"name": "Location", "value": "/cb?code=[]&token=[]"}],
			"content": {"mimeType": "application/json", "size": 40, "text": "{\"client_secret\":\"[]\"}"}
		}
	}, {
		"startedDateTime": "2026-01-02T02:04:05.678Z", "time": 0, "cache": {}, "timings": {"send": 0, "wait": 0, "receive": 0},
		"_id": 2, "_requestId": "", "_provider": "", "_operation": "", "_violation": "", "_fault": "",
		"request": {"method": "GET", "url": "http://127.0.0.1:4010/*", "httpVersion": "unknown", "cookies": [], "headers": [], "queryString": [], "headersSize": -1, "bodySize": 0},
		"response": {
			"status": 200, "statusText": "OK", "httpVersion": "unknown", "cookies": [], "headers": [], "redirectURL": "", "headersSize": -1, "bodySize": -1,
			"content": {"mimeType": "x-unknown", "size": 0, "text": ""}
		}
	}]`, &want)
	var unmarked []map[string]any
	decode(t, strings.ReplaceAll(escapedMark.ReplaceAllString(markPattern.ReplaceAllString(string(text), "[]"), "<>"), "\n", ""), &unmarked)
	if diff := cmp.Diff(want, unmarked[:2]); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	var third map[string]any
	decode(t, `{"mimeType": "application/x-www-form-urlencoded", "text": "[withheld: 16385 bytes, longer than what is kept]"}`, &third)
	request, _ := got[2]["request"].(map[string]any)
	if diff := cmp.Diff(any(third), request["postData"]); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func decode(t *testing.T, text string, into any) {
	t.Helper()
	if err := json.Unmarshal([]byte(text), into); err != nil {
		t.Fatalf("%v in %s", err, text)
	}
}

// A value that was shown without its escapes must not lose a second layer of them.
func TestHARDecodesOnce(t *testing.T) {
	t.Parallel()
	shown := NewRedactor().Redact([]Entry{
		{Target: "/x?token=" + secret},
		{Target: "/x?a=%252541%20" + strings.ReplaceAll(secret, " ", "%20") + "&b=%2541"},
	}, nil, all)
	request, _ := archive(t, shown)[1]["request"].(map[string]any)
	if got, want := withoutDigits(request["queryString"]), "[map[name:a value:%2541 []] map[name:b value:%41]]"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestEmptyHAR(t *testing.T) {
	t.Parallel()
	if got := archive(t, nil); got == nil || len(got) > 0 {
		t.Errorf("got %v, want an empty list", got)
	}
}

type broken struct{}

var errBroken = errors.New("broken")

func (broken) Write([]byte) (int, error) { return 0, errBroken }

func TestHARTellsOfItsWriter(t *testing.T) {
	t.Parallel()
	for _, shown := range [][]Shown{nil, make([]Shown, 2)} {
		if err := WriteHAR(broken{}, shown, Archive{}); !errors.Is(err, errBroken) {
			t.Errorf("got %v", err)
		}
	}
}
