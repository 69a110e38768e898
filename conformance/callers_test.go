package conformance

import (
	"net/http"
	"testing"

	"github.com/keyturn/keyturn/conformance/exchange"
	"github.com/keyturn/keyturn/conformance/profile"
)

// TestWhereAnybodyMayCall: a run needs no credentials there, and whoever calls has the
// admin's rights.
func TestWhereAnybodyMayCall(t *testing.T) {
	t.Parallel()
	bound, err := profile.File("../specs/foreign/ory-hydra/profile.yaml")
	if err != nil {
		t.Fatal(err)
	}
	options := Options{URL: "https://id.example.com", Profile: bound}
	if err := options.fill(); err != nil {
		t.Fatalf("a run without credentials is refused: %v", err)
	}
	r := &run{options: options, bound: bound, principals: map[string]*Principal{}}
	r.enter()
	s := &Session{run: r}
	if s.Admin() == nil || s.Reader() != nil || s.Foreign() != nil {
		t.Fatalf("the principals are %v, want an admin alone", r.principals)
	}
	for _, authorization := range []string{"", "Bearer made-up"} {
		request := exchange.Request{Label: "read", Header: http.Header{"Authorization": {authorization}}}
		if got := s.Caller(&Reply{Exchange: &exchange.Exchange{Request: request}, Route: bound.Route("read")}); got != "admin" {
			t.Errorf("with %q the caller is %s, want admin", authorization, got)
		}
	}
	guarded := Options{URL: "https://id.example.com"}
	if guarded.Profile, err = profile.Builtin("angusgm"); err != nil {
		t.Fatal(err)
	}
	if guarded.fill() == nil {
		t.Error("a run without credentials is taken where they are needed")
	}
}
