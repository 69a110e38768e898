package admin_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/keyturn/keyturn/fixtures"
	"github.com/keyturn/keyturn/mockserver"
	"github.com/keyturn/keyturn/mockserver/journal"
	"github.com/keyturn/keyturn/mockserver/mocktest"
)

// journalled is a stand-in whose journal holds five synthetic entries.
func journalled(t *testing.T) string {
	standIn := mocktest.Start(t, mocktest.WithOptions(func(o *mockserver.Options) { o.Journal = journal.Bounds{Entries: 5} }))
	header := http.Header{"Content-Type": {"application/json"}}
	for _, e := range []journal.Entry{
		{Provider: "forgotten"},
		{Provider: "a", Operation: "rotate", Status: 200, RequestHeader: header, RequestBody: []byte(`{"clientSecret":"hush-hush"}`)},
		{Provider: "a", Operation: "list", Status: 200, Target: "/list?note=hush-hush"},
		{Provider: "b", Operation: "list", Status: 400, Violation: "missing: /name"},
		{Status: 404, Violation: "no-route"},
		{Provider: "b", Operation: "rotate", Status: 200, ReplyHeader: header, ReplyBody: []byte(`{"ok":true}`)},
	} {
		e.At, e.Duration, e.Method = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), 1500*time.Microsecond, "POST"
		standIn.Journal().Record(e)
	}
	return standIn.BaseURL() + "/__admin/requests"
}

func TestListRequests(t *testing.T) {
	url := journalled(t)
	tests := map[string]struct {
		query string
		want  []float64
	}{
		"all, newest last": {"", []float64{2, 3, 4, 5, 6}},
		"limit":            {"?limit=2", []float64{5, 6}},
		"after":            {"?after=4", []float64{5, 6}},
		"provider":         {"?provider=a", []float64{2, 3}},
		"nobody's":         {"?provider=", []float64{5}},
		"operation":        {"?operation=rotate", []float64{2, 6}},
		"status":           {"?status=400", []float64{4}},
		"violations":       {"?violations=true", []float64{4, 5}},
		"no violations":    {"?violations=false", []float64{2, 3, 6}},
		"together":         {"?provider=b&operation=rotate&status=200&limit=1", []float64{6}},
		"none":             {"?provider=c", nil},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got := ask(t, "GET", url+test.query, "")
			if got.status != 200 {
				t.Fatalf("got %+v", got)
			}
			var ids []float64
			for _, entry := range got.tree(t)["entries"].([]any) {
				ids = append(ids, entry.(map[string]any)["id"].(float64))
			}
			if diff := cmp.Diff(test.want, ids); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func TestListedRequestsAreRedacted(t *testing.T) {
	got := ask(t, "GET", journalled(t), "")
	if strings.Contains(got.body, "hush") {
		t.Errorf("a secret is shown in %s", got.body)
	}
	tree := got.tree(t)
	if tree["evicted"] != float64(1) || tree["bounds"].(map[string]any)["entries"] != float64(5) {
		t.Errorf("got evicted %v and bounds %v", tree["evicted"], tree["bounds"])
	}
	last := tree["entries"].([]any)[4]
	want := map[string]any{
		"id": 6.0, "at": "2026-01-02T03:04:05Z", "took_ms": 1.5, "provider": "b", "operation": "rotate", "method": "POST", "url": "",
		"request": map[string]any{"headers": map[string]any{}, "body": nil}, "status": 200.0,
		"reply":     map[string]any{"headers": map[string]any{"Content-Type": []any{"application/json"}}, "body": map[string]any{"ok": true}},
		"violation": "", "request_id": "", "fault": "", "uses": []any{}, "changes": []any{},
	}
	if diff := cmp.Diff(want, last); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestASecretOfAFilteredEntryIsStillKnown(t *testing.T) {
	if got := ask(t, "GET", journalled(t)+"?operation=list", ""); strings.Contains(got.body, "hush") {
		t.Errorf("a secret is shown in %s", got.body)
	}
}

func TestClearRequests(t *testing.T) {
	url := journalled(t)
	if got := ask(t, "DELETE", url, ""); got.status != 204 {
		t.Fatalf("got %+v", got)
	}
	if tree := ask(t, "GET", url, "").tree(t); len(tree["entries"].([]any)) != 0 || tree["evicted"] != 0.0 {
		t.Errorf("got %v", tree)
	}
}

// Whatever the vendors' examples send and get back, no secret of the world can be
// read from what the journal shows of it.
func TestDocumentedExamplesLeaveNoSecretInTheJournal(t *testing.T) {
	transcripts, err := fixtures.Transcripts()
	if err != nil {
		t.Fatal(err)
	}
	base := start(t)
	requests := 0
	for _, transcript := range transcripts {
		for _, exchange := range transcript.Exchanges {
			send(t, replay(t, base, exchange.Request))
			requests++
		}
	}
	shown := ask(t, "GET", base+"/__admin/requests?limit=100000", "")
	if entries := shown.tree(t)["entries"].([]any); len(entries) != requests || requests == 0 {
		t.Fatalf("got %d entries for %d requests", len(entries), requests)
	}
	world, err := fixtures.ParseWorld("world", []byte(ask(t, "GET", base+"/__admin/world", "").body))
	if err != nil {
		t.Fatal(err)
	}
	for name, realm := range world.Realms {
		for _, key := range realm.AccessKeys {
			wantAbsent(t, shown.body, name, key.Secret)
		}
		for _, client := range realm.Clients {
			for _, secret := range client.Secrets {
				wantAbsent(t, shown.body, name, secret.Value)
			}
		}
	}
	if !strings.Contains(shown.body, "[redacted #") {
		t.Error("nothing was redacted")
	}
}

func wantAbsent(t *testing.T, text, realm, secret string) {
	t.Helper()
	if len(secret) >= 8 && strings.Contains(text, secret) {
		at := strings.Index(text, secret)
		t.Errorf("the %s secret %s is shown: %s", realm, secret, text[max(0, at-300):at+len(secret)])
	}
}

// replay is the request of an example as HTTP.
func replay(t *testing.T, base string, from fixtures.Request) *http.Request {
	t.Helper()
	var body io.Reader
	media := ""
	if from.Body != nil {
		text, err := json.Marshal(from.Body)
		if err != nil {
			t.Fatal(err)
		}
		body, media = bytes.NewReader(text), "application/json"
	}
	request, err := http.NewRequestWithContext(t.Context(), from.Method, base+from.Path, body)
	if err != nil {
		t.Fatal(err)
	}
	if media != "" {
		request.Header.Set("Content-Type", media)
	}
	for name, value := range from.Headers {
		request.Header.Set(name, value)
	}
	return request
}
