package identityservice_test

import (
	"net/http"
	"strings"
	"testing"
)

func TestPagesNeverShowTheState(t *testing.T) {
	t.Parallel()
	s := start(t)
	for _, path := range []string{"/no-access-callback", "/_/op-dashboard", "/profile"} {
		plain := s.send(request{Method: http.MethodGet, Path: path})
		if plain.status != http.StatusOK || !strings.HasPrefix(plain.header.Get("Content-Type"), "text/html") {
			t.Errorf("%s: got %d %s, want 200 text/html", path, plain.status, plain.header.Get("Content-Type"))
		}
		if !strings.HasPrefix(plain.text, "<!DOCTYPE html>") {
			t.Errorf("%s: got %q, want a page", path, plain.text)
		}
		stated := s.send(request{Method: http.MethodGet, Path: path + "?state=%3Cscript%3Ealert(1)%3C/script%3E"})
		if stated.status != http.StatusOK || stated.text != plain.text {
			t.Errorf("%s: the state changed the reply to %d %q", path, stated.status, stated.text)
		}
	}
}
