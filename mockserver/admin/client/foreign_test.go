package client_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/keyturn/keyturn/mockserver/admin/client"
)

// answering is a server that gives every request the same answer.
func answering(t *testing.T, status int, media, body string) *httptest.Server {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", media)
		w.WriteHeader(status)
		w.Write([]byte(body))
	}))
	t.Cleanup(server.Close)
	return server
}

func TestAnswersThatAreNoPlanes(t *testing.T) {
	t.Parallel()
	const page = "<html>somebody else</html>"
	world := func(c *client.Client) error { _, err := c.World(t.Context()); return err }
	authority := func(c *client.Client) error { _, err := c.CA(t.Context()); return err }
	ready := func(c *client.Client) error { return c.Ready(t.Context()) }
	reset := func(c *client.Client) error { return c.Reset(t.Context()) }
	for name, test := range map[string]struct {
		ask         func(*client.Client) error
		status      int
		media, body string
		want        []string
		not         string
	}{
		"page":              {ready, 200, "text/html", page, []string{"GET http://", "/__admin/ready: status 200", page}, ""},
		"page for no body":  {reset, 200, "text/html", page, []string{"POST http://", "/__admin/reset: status 200 and no problem document", page}, ""},
		"other status":      {ready, 200, "application/json", `{"status": "starting"}`, []string{`status is "starting", want "ready"`}, ""},
		"gateway":           {ready, 502, "text/plain", strings.Repeat("é", 201), []string{`status 502 and no problem document: "` + strings.Repeat("é", 200) + `"...`}, strings.Repeat("é", 201)},
		"redirection":       {ready, 302, "text/plain", "elsewhere", []string{`status 302 and no problem document: "elsewhere"`}, ""},
		"broken problem":    {ready, 400, "application/problem+json", "{", []string{`status 400 and no problem document: "{"`}, ""},
		"half a world":      {world, 200, "application/json; charset=utf-8", `{"realms": {"authing": {"access_keys": [{"secret": "hush"`, []string{"/__admin/world: the reply is none of the admin plane's"}, "hush"},
		"world of tomorrow": {world, 200, "application/json", `{"version": 1, "realms": {}, "clock": "hush"}`, []string{`unknown key "clock"`}, "hush"},
		"no certificate":    {authority, 200, "text/html", page, []string{"want a certificate as PEM", page}, ""},
		"echo":              {ready, 400, "text/plain", "Bearer " + token, []string{"Bearer [the token]"}, token},
		"echo in a problem": {ready, 400, "application/problem+json", `{"title": "no", "detail": "` + token + `"}`, []string{"no: [the token]"}, token},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := test.ask(client.New(answering(t, test.status, test.media, test.body).URL, client.Options{Token: token}))
			if err == nil {
				t.Fatal("it was taken for the plane's")
			}
			for _, want := range test.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("got %q, want it to hold %q", err, want)
				}
			}
			if test.not != "" && strings.Contains(err.Error(), test.not) {
				t.Errorf("got %q, which holds %q", err, test.not)
			}
		})
	}
}

func TestUnknownMembersArePassedOver(t *testing.T) {
	t.Parallel()
	server := answering(t, 200, "application/json", `{"version": "v9", "commit": "", "go": "go2", "more": {"a": 1}}`)
	if got, err := client.New(server.URL, client.Options{}).Version(t.Context()); err != nil || got.Version != "v9" {
		t.Errorf("got %+v, %v", got, err)
	}
}

// TestRedirectionsAreNotFollowed keeps the token from where nobody sent it.
func TestRedirectionsAreNotFollowed(t *testing.T) {
	t.Parallel()
	elsewhere := answering(t, 204, "text/plain", "")
	server := httptest.NewServer(http.RedirectHandler(elsewhere.URL, http.StatusTemporaryRedirect))
	t.Cleanup(server.Close)
	if err := client.New(server.URL, client.Options{Token: token}).Reset(t.Context()); err == nil || !strings.Contains(err.Error(), "status 307") {
		t.Errorf("got %v, want the redirection", err)
	}
}

func TestBaseURLs(t *testing.T) {
	t.Parallel()
	var asked string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked = r.URL.Path
		w.WriteHeader(http.StatusNoContent)
	}))
	t.Cleanup(server.Close)
	for _, base := range []string{"", "/", "//", "/a%20b", "/a%20b/"} {
		want := strings.TrimRight(strings.ReplaceAll(base, "%20", " "), "/") + "/__admin/reset"
		if err := client.New(server.URL+base, client.Options{}).Reset(t.Context()); err != nil || asked != want {
			t.Errorf("%q: asked for %q, %v, want %q", base, asked, err, want)
		}
	}
	for _, base := range []string{"", "127.0.0.1:7070", "ftp://host", "http://", "http://host?secret=hush", "http://host/#hush", "http://user:hush@ho st", "http://user:hush@host:port"} {
		err := client.New(base, client.Options{}).Health(t.Context())
		if err == nil || !strings.Contains(err.Error(), "base URL") || strings.Contains(err.Error(), "hush") {
			t.Errorf("%q: got %v, want an error about the base URL without what is secret in it", base, err)
		}
	}
}

func TestErrorsOfTheNetworkHideSecrets(t *testing.T) {
	t.Parallel()
	server := answering(t, 200, "text/plain", "")
	server.Close()
	base := strings.Replace(server.URL, "http://", "http://user:hush@", 1)
	_, err := client.New(base, client.Options{Token: token}).Journal(t.Context(), client.Query{Operation: "hush"})
	if err == nil || !strings.HasPrefix(err.Error(), "GET "+server.URL+"/__admin/requests: ") {
		t.Fatalf("got %v, want what was asked first", err)
	}
	if strings.Contains(err.Error(), "hush") || strings.Contains(err.Error(), token) {
		t.Errorf("got %q, which shows too much", err)
	}
}

func TestContextsEndTheWait(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }))
	t.Cleanup(server.Close)
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if err := client.New(server.URL, client.Options{}).Ready(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v, want %v", err, context.DeadlineExceeded)
	}
}
