package client_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/keyturn/keyturn/mockserver/admin/client"
)

func TestNamespaceIsChosenByTheHeader(t *testing.T) {
	t.Parallel()
	var chosen []string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		chosen = r.Header["X-Keyturn-Namespace"]
		w.WriteHeader(http.StatusNoContent)
	}))
	t.Cleanup(server.Close)
	outside := client.New(server.URL, client.Options{})
	inside := outside.Namespace("a")
	for name, test := range map[string]struct {
		admin *client.Client
		want  string
	}{"outside": {outside, ""}, "inside": {inside, "a"}, "inside another": {inside.Namespace("b"), "b"}, "out again": {inside.Namespace(""), ""}} {
		if err := test.admin.Reset(t.Context()); err != nil || strings.Join(chosen, ",") != test.want {
			t.Errorf("%s: chose %q, %v, want %q", name, chosen, err, test.want)
		}
	}
	if err := inside.DeleteNamespace(t.Context(), "a"); err != nil || chosen != nil {
		t.Errorf("chose %q, %v, want nothing for what concerns the whole server", chosen, err)
	}
}

// TestNamesStayNames has names that mean something in an address.
func TestNamesStayNames(t *testing.T) {
	t.Parallel()
	asked := ""
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked = r.Method + " " + r.RequestURI
		w.WriteHeader(http.StatusNoContent)
	}))
	t.Cleanup(server.Close)
	admin := client.New(server.URL, client.Options{})
	for name, want := range map[string]string{
		"f1": "f1", ".": "%2E", "..": "%2E%2E", "../snapshots/a": "%2E%2E%2Fsnapshots%2Fa", "a/b": "a%2Fb", "?x#y": "%3Fx%23y", "%2F": "%252F", "{name}": "%7Bname%7D",
	} {
		if err := admin.RemoveFault(t.Context(), name); err != nil || asked != "DELETE /__admin/faults/"+want {
			t.Errorf("%s: asked for %s, %v, want DELETE /__admin/faults/%s", name, asked, err, want)
		}
	}
	asked = ""
	_, diff := admin.DiffSnapshot(t.Context(), "", "a")
	for name, err := range map[string]error{
		"fault": admin.RemoveFault(t.Context(), ""), "namespace": admin.DeleteNamespace(t.Context(), ""), "snapshot": diff,
	} {
		if err == nil || !strings.Contains(err.Error(), "want a name") || asked != "" {
			t.Errorf("%s: got %v and %q was asked, want an error before that", name, err, asked)
		}
	}
}

func TestProblemsNameTheField(t *testing.T) {
	t.Parallel()
	server := answering(t, 400, "application/problem+json", `{"title": "no", "detail": "at: too early", "field": "at`+token+`"}`)
	_, err := client.New(server.URL, client.Options{Token: token}).FreezeClock(t.Context())
	if problem, is := errors.AsType[*client.Problem](err); !is || problem.Field != "at[the token]" {
		t.Errorf("got %v, want a problem with the field", err)
	}
}

func TestDocumentsThatAreNone(t *testing.T) {
	t.Parallel()
	for _, reply := range []string{`{}`, `[]`, `{"version": `} {
		admin := client.New(answering(t, 200, "application/json", reply).URL, client.Options{})
		document, err := admin.Snapshot(t.Context(), "a")
		if err == nil || document != nil {
			t.Errorf("%s was taken for a snapshot", reply)
		}
		if archive, err := admin.HAR(t.Context()); err == nil || archive != nil {
			t.Errorf("%s was taken for an archive", reply)
		}
	}
	admin := client.New("http://127.0.0.1:0", client.Options{})
	if err := admin.PutSnapshot(t.Context(), "a", []byte("{")); err == nil || !strings.HasPrefix(err.Error(), "PUT http://127.0.0.1:0/__admin/snapshots/a: ") {
		t.Errorf("got %v, want an error about the document", err)
	}
}
