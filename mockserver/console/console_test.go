package console_test

import (
	"html"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/keyturn/keyturn/mockserver/client"
	"github.com/keyturn/keyturn/mockserver/console"
	"github.com/keyturn/keyturn/mockserver/journal"
	"github.com/keyturn/keyturn/mockserver/namespace"
)

const clientPage = "client?realm=identity-service&id=my-new-app"

// played is a stage on which a secret was issued, used, expired and refused.
func played(t *testing.T) (*stage, *namespace.Namespace) {
	t.Helper()
	s := raise(t, nil, journal.Bounds{})
	n := s.namespaces.Default()
	s.issue(n, "the-new-one", "the-value-of-the-new-one", time.Hour)
	s.present(n, "the-value-of-the-new-one")
	if err := n.Clock().Advance(2 * time.Hour); err != nil {
		t.Fatal(err)
	}
	s.present(n, "the-value-of-the-new-one")
	return s, n
}

var pages = []string{"", "requests", "requests?only=secrets", "request?id=1", "clients", "clients?realm=identity-service", clientPage, "defects", "namespaces"}

// TestPages holds every page to what all of them promise.
func TestPages(t *testing.T) {
	t.Parallel()
	s, n := played(t)
	held, err := n.Secrets(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	held = append(held, "the-value-of-the-new-one")
	if len(held) < 5 {
		t.Fatalf("the namespace holds %d secrets, which is too few to look for", len(held))
	}
	inline := regexp.MustCompile(`(?i)\sstyle=|\son[a-z]+=|<style|<script[^>]*>[^<]`)
	absolute := regexp.MustCompile(`(?:href|action|src|data-stream)="(?:/|https?:)`)
	for _, page := range pages {
		got := s.get(page)
		if got.status != http.StatusOK {
			t.Errorf("%q: status %d\n%.300s", page, got.status, got.body)
		}
		if policy := got.header.Get("Content-Security-Policy"); !strings.HasPrefix(policy, "default-src 'none'; script-src 'self'; style-src 'self';") {
			t.Errorf("%q: policy %q", page, policy)
		}
		if got.header.Get("Cache-Control") != "no-store" {
			t.Errorf("%q may be stored", page)
		}
		if found := inline.FindString(got.body); found != "" {
			t.Errorf("%q has %q, which the policy forbids", page, found)
		}
		if found := absolute.FindString(got.body); found != "" {
			t.Errorf("%q has %q, which does not work below a path", page, found)
		}
		for _, secret := range held {
			if len(secret) > 8 && strings.Contains(got.body, secret) {
				t.Errorf("%q shows a secret that nobody asked for: %s", page, secret)
			}
		}
	}
}

// TestLinks follows every link of every page.
func TestLinks(t *testing.T) {
	t.Parallel()
	s, _ := played(t)
	links := regexp.MustCompile(`(?:href|src)="([^"#][^"]*)"`)
	followed := map[string]bool{}
	for _, page := range pages {
		base, err := url.Parse(console.Path + page)
		if err != nil {
			t.Fatal(err)
		}
		for _, match := range links.FindAllStringSubmatch(s.get(page).body, -1) {
			address := html.UnescapeString(match[1])
			if strings.HasPrefix(address, "data:") || followed[address] {
				continue
			}
			followed[address] = true
			to, err := base.Parse(address)
			if err != nil {
				t.Fatal(err)
			}
			to.Fragment = ""
			if got := s.get(to.String()); got.status != http.StatusOK {
				t.Errorf("%s leads to %s, which answers %d", page, to, got.status)
			}
		}
	}
	if len(followed) < 15 {
		t.Errorf("%d links were followed, which cannot be all", len(followed))
	}
}

func TestTimelinePage(t *testing.T) {
	t.Parallel()
	s, _ := played(t)
	page := s.get(clientPage).body
	for _, want := range []string{
		`<svg class="timeline"`, "1 accepted use, Tue 2026-03-03T10:00:00Z", "1 refused use (expired), Tue 2026-03-03T12:00:00Z", "expired, Tue 2026-03-03T11:00:00Z",
		"now, Tue 2026-03-03T12:00:00Z", "The same as a table", `href="./request?id=3"`,
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the page has no %q", want)
		}
	}
}

// TestGoneClient is shown for as long as the journal knows of it.
func TestGoneClient(t *testing.T) {
	t.Parallel()
	s, n := played(t)
	if err := n.Store().Delete(t.Context(), key); err != nil {
		t.Fatal(err)
	}
	if got := s.get(clientPage); got.status != http.StatusOK || !strings.Contains(got.body, "This client is gone") {
		t.Errorf("status %d\n%.300s", got.status, got.body)
	}
	n.Journal().Clear()
	if got := s.get(clientPage); got.status != http.StatusNotFound || !strings.Contains(got.body, "my-new-app") {
		t.Errorf("status %d, want one that says that there is none\n%.300s", got.status, got.body)
	}
}

func TestReveal(t *testing.T) {
	t.Parallel()
	s, n := played(t)
	s.issue(n, "another", "the-value-of-another", 0)
	got := s.post(clientPage, "secret", "the-new-one")
	if got.status != http.StatusOK || strings.Count(got.body, "the-value-of-the-new-one") != 1 {
		t.Errorf("status %d, and the secret is there %d times", got.status, strings.Count(got.body, "the-value-of-the-new-one"))
	}
	if strings.Contains(got.body, "the-value-of-another") {
		t.Error("another secret than the one that was asked for is shown")
	}
	for _, page := range []string{clientPage, "client?realm=identity-service&id=nobody"} {
		if got := s.post(page, "secret", "nothing"); got.status != http.StatusNotFound {
			t.Errorf("%s: status %d for a secret that is not there", page, got.status)
		}
	}
}

func TestIncompletePast(t *testing.T) {
	t.Parallel()
	s := raise(t, nil, journal.Bounds{Entries: 3})
	n := s.namespaces.Default()
	for range 8 {
		s.present(n, "nonsense")
	}
	for _, page := range []string{"", "requests", clientPage} {
		if got := s.get(page).body; !strings.Contains(got, "The journal forgot 5 older requests, so the past is incomplete before") {
			t.Errorf("%q does not say that the past is incomplete", page)
		}
	}
	if got := s.get(clientPage).body; !strings.Contains(got, `class="forgotten"`) {
		t.Error("the timeline does not shade what was forgotten")
	}
}

// TestHostileTexts come from clients and end in pages.
func TestHostileTexts(t *testing.T) {
	t.Parallel()
	s := raise(t, nil, journal.Bounds{})
	n := s.namespaces.Default()
	const hostile = `"><script>alert(1)</script>`
	s.record(n, journal.Entry{
		Method: hostile, Target: "/" + hostile, Status: 404, Provider: hostile, Operation: hostile, Violation: hostile, Fault: hostile,
		RequestHeader: http.Header{hostile: {hostile}}, RequestBody: []byte(hostile), ReplyBody: []byte(`{"a":"<script>alert(1)</script>"}`),
		Uses: []journal.Use{{Realm: hostile, Client: hostile, Secret: hostile, Outcome: hostile}},
	})
	if err := n.Store().Delete(t.Context(), key); err != nil {
		t.Fatal(err)
	}
	if _, err := n.Store().Create(t.Context(), client.Client{
		Key: client.Key{Realm: key.Realm, ID: hostile}, ClientID: hostile, Alias: hostile, Tenant: hostile, Secrets: []client.Secret{client.NewSecret(hostile, "x", start)},
	}); err != nil {
		t.Fatal(err)
	}
	escaped := url.QueryEscape(hostile)
	for _, page := range append(slices.Clone(pages),
		"client?realm=identity-service&id="+escaped, "clients?q="+escaped, "defects?q="+escaped, "namespaces?q="+escaped, "request?id="+escaped, escaped, "requests?provider="+escaped+"&only="+escaped) {
		if body := s.get(page).body; strings.Contains(body, "<script>alert") {
			t.Errorf("%q: a text has become markup", page)
		}
	}
}

func TestClientsList(t *testing.T) {
	t.Parallel()
	s := raise(t, nil, journal.Bounds{})
	n := s.namespaces.Default()
	for i := range 250 {
		id := "made-" + strings.Repeat("x", i%7) + time.Duration(i).String()
		if _, err := n.Store().Create(t.Context(), client.Client{Key: client.Key{Realm: key.Realm, ID: id}, ClientID: id}); err != nil {
			t.Fatal(err)
		}
	}
	for query, want := range map[string]int{
		"realm=identity-service": 100, "realm=identity-service&offset=200": 52, "realm=identity-service&offset=900": 0,
		"realm=identity-service&q=made-": 100, "realm=identity-service&q=made-249ns": 0, "realm=identity-service&q=249ns": 1,
		"provider=identity-service&q=my-new": 1, "realm=nothing": 3,
	} {
		if got := strings.Count(s.get("clients?"+query).body, `href="./client?`); got != want {
			t.Errorf("%s: %d clients, want %d", query, got, want)
		}
	}
}

func TestRequestFilters(t *testing.T) {
	t.Parallel()
	s, n := played(t)
	s.record(n, journal.Entry{Method: "GET", Target: "/x", Status: 422, Violation: "it breaks"})
	s.record(n, journal.Entry{Method: "GET", Target: "/y", Status: 503, Fault: "f1: 503", Provider: "authing-v2"})
	for query, want := range map[string]int{
		"": 5, "only=violations": 1, "only=faults": 1, "only=secrets": 3, "only=failed": 3, "provider=authing-v2": 1, "provider=authing-v2&only=violations": 0, "before=3": 2,
	} {
		if got := strings.Count(s.get("requests?"+query).body, "data-id="); got != want {
			t.Errorf("%q: %d requests, want %d", query, got, want)
		}
	}
}

func TestNotFound(t *testing.T) {
	t.Parallel()
	s, _ := played(t)
	for page, want := range map[string]int{
		"nothing": 404, "request?id=99": 404, "request?id=x": 400, "client?realm=no&id=no": 404, "assets/nothing.js": 404, "/ns/nobody" + console.Path: 404,
	} {
		if got := s.get(page); got.status != want {
			t.Errorf("%s: status %d, want %d", page, got.status, want)
		}
	}
	if got := s.send(http.MethodPut, "", ""); got.status != http.StatusMethodNotAllowed || got.header.Get("Allow") == "" {
		t.Errorf("PUT: status %d, Allow %q", got.status, got.header.Get("Allow"))
	}
	if got := s.get("clock"); got.status != http.StatusSeeOther || got.header.Get("Location") != "./" {
		t.Errorf("an action that is looked at answers %d to %q, want the way to the overview", got.status, got.header.Get("Location"))
	}
	if got := s.get("/__admin/ui"); got.status != http.StatusMovedPermanently || got.header.Get("Location") != "ui/" {
		t.Errorf("without the last slash: %d to %q", got.status, got.header.Get("Location"))
	}
}

// BenchmarkPage is what a page costs that is watched while its journal is full.
func BenchmarkPage(b *testing.B) {
	s := raise(b, nil, journal.Bounds{})
	n := s.namespaces.Default()
	s.issue(n, "the-new-one", "the-value-of-the-new-one", time.Hour)
	for range 1200 {
		s.present(n, "the-value-of-the-new-one")
	}
	for name, page := range map[string]string{"overview": "", "requests": "requests", "client": clientPage} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if got := s.get(page); got.status != http.StatusOK {
					b.Fatal(got.status)
				}
			}
		})
	}
}
