package admin_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/keyturn/keyturn/mockserver"
)

func TestPublicURLChangesAtRunTime(t *testing.T) {
	t.Parallel()
	base := listen(t, mockserver.Options{PublicURL: "https://first.example/"})
	wantPublicURL := func(got answer, want string) {
		t.Helper()
		if got.status != 200 || got.tree(t)["public_url"] != want || len(got.tree(t)) != 1 {
			t.Fatalf("got %d %s, want %q", got.status, got.body, want)
		}
	}
	settings := base + "/__admin/settings"
	wantPublicURL(ask(t, "GET", settings, ""), "https://first.example")
	wantPublicURL(ask(t, "PUT", settings, `{"public_url": "https://id.example.com:8443/base/"}`), "https://id.example.com:8443/base")
	if got := ask(t, "GET", base+"/__admin/specs", "").tree(t)["docs"]; got != "https://id.example.com:8443/base/__admin/docs/" {
		t.Errorf("the page of the documents is at %v", got)
	}
	if got := call(t, "GET", base+"/__admin/world", "", http.Header{"Host": {"id.example.com"}}); got.status != 200 {
		t.Errorf("under the new name: HTTP %d %s", got.status, got.body)
	}
	wantProblem(t, call(t, "GET", base+"/__admin/world", "", http.Header{"Host": {"first.example"}}), 403, "forbidden")
	if got := ask(t, "POST", base+"/__admin/reset", ""); got.status != 204 {
		t.Fatalf("got %+v", got)
	}
	wantPublicURL(ask(t, "GET", settings, ""), "https://id.example.com:8443/base")
	wantPublicURL(ask(t, "PUT", settings, `{"public_url": ""}`), "")
	if got := ask(t, "GET", base+"/__admin/specs", "").tree(t)["docs"]; got != base+"/__admin/docs/" {
		t.Errorf("the page of the documents is at %v", got)
	}
}

func TestSettingsThatCannotBe(t *testing.T) {
	t.Parallel()
	const first = "https://first.example"
	settings := listen(t, mockserver.Options{PublicURL: first}) + "/__admin/settings"
	for body, want := range map[string]struct{ kind, detail string }{
		`{"public_url": "id.example"}`:          {"invalid", `public URL \"id.example\": want an http or https URL with a host and without a query`},
		`{"public_url": "http://u:hush@h.org"}`: {"invalid", "want an http or https URL without a user and a password"},
		`{"public_url": 5}`:                     {"invalid", "public_url"},
		`{"public_url": null}`:                  {"invalid", "public_url"},
		`{"public_url": "", "colour": "red"}`:   {"invalid", "colour"},
		`{}`:                                    {"invalid", "public_url"},
		`[]`:                                    {"invalid", ""},
		``:                                      {"missing", ""},
	} {
		got := ask(t, "PUT", settings, body)
		wantProblem(t, got, 400, want.kind)
		if !strings.Contains(got.body, want.detail) || strings.Contains(got.body, "hush") {
			t.Errorf("%s: got %s, want %s", body, got.body, want.detail)
		}
		if now := ask(t, "GET", settings, "").tree(t)["public_url"]; now != first {
			t.Fatalf("%s: the public URL became %v", body, now)
		}
	}
}

func TestAuthority(t *testing.T) {
	t.Parallel()
	const text = "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n"
	got := ask(t, "GET", listen(t, mockserver.Options{CA: []byte(text)})+"/__admin/ca.pem", "")
	if got.status != 200 || got.body != text || got.header.Get("Content-Type") != "application/pem-certificate-chain" {
		t.Errorf("got %+v", got)
	}
	none := ask(t, "GET", start(t)+"/__admin/ca.pem", "")
	wantProblem(t, none, 404, "not-found")
	if !strings.Contains(none.body, "this server has no authority of its own: it was not started with --tls") {
		t.Errorf("got %s", none.body)
	}
}
