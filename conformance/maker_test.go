package conformance

import (
	"net/http"
	"testing"

	"github.com/keyturn/keyturn/conformance/exchange"
	"github.com/keyturn/keyturn/conformance/ledger"
	"github.com/keyturn/keyturn/conformance/profile"
)

func TestMakerOf(t *testing.T) {
	t.Parallel()
	admin, foreign := &Principal{Name: "admin"}, &Principal{Name: "foreign"}
	both := map[string]*Principal{"admin": admin, "foreign": foreign}
	for name, test := range map[string]struct {
		principals map[string]*Principal
		client     string
		want       *Principal
	}{
		"the admin's":                 {both, "keyturn-1a2b3c4d-1", admin},
		"the foreigner's":             {both, "keyturn-1a2b3c4d-1" + foreignMark, foreign},
		"without their credentials":   {map[string]*Principal{"admin": admin}, "keyturn-1a2b3c4d-1" + foreignMark, nil},
		"without, but not theirs":     {map[string]*Principal{"admin": admin}, "keyturn-1a2b3c4d-1", admin},
		"the mark in another place":   {both, "keyturn" + foreignMark + "-1", admin},
		"known to the service or not": {both, "keyturn-1a2b3c4d-2" + foreignMark, foreign},
	} {
		r := &run{principals: test.principals}
		got, cause := r.makerOf(ledger.Entry{Name: test.client})
		if got != test.want || (got == nil) != (cause != "") {
			t.Errorf("%s: got %v and the cause %q, want %v", name, got, cause, test.want)
		}
	}
}

func TestMaker(t *testing.T) {
	t.Parallel()
	admin, foreign := &Principal{Name: "admin"}, &Principal{Name: "foreign"}
	s := &Session{run: &run{principals: map[string]*Principal{"admin": admin, "foreign": foreign}}}
	for name, test := range map[string]struct {
		options []CallOption
		want    *Principal
	}{
		"nobody named":      {nil, nil},
		"the admin":         {[]CallOption{As(admin)}, nil},
		"the foreigner":     {[]CallOption{With("name", "x"), Header("X", "y"), Query("q", "1"), Member("/a", 1), As(foreign)}, foreign},
		"the last one":      {[]CallOption{As(foreign), As(admin)}, nil},
		"no administrator":  {[]CallOption{As(Nobody)}, nil},
		"a made-up token's": {[]CallOption{As(Stranger("x"))}, nil},
	} {
		if got := s.maker(test.options); got != test.want {
			t.Errorf("%s: got %v, want %v", name, got, test.want)
		}
	}
	alone := &Session{run: &run{principals: map[string]*Principal{"admin": admin}}}
	if got := alone.maker(nil); got != nil {
		t.Errorf("without a foreigner: got %v, want none", got)
	}
}

func TestCaller(t *testing.T) {
	t.Parallel()
	bound, err := profile.Builtin("angusgm")
	if err != nil {
		t.Fatal(err)
	}
	s := &Session{run: &run{bound: bound, principals: map[string]*Principal{
		"admin": {Name: "admin", token: "one"}, "reader": {Name: "reader", token: "two"}, "foreign": {Name: "foreign", token: "three"},
	}}}
	for name, test := range map[string]struct{ operation, authorization, want string }{
		"the admin":                     {"read", "Bearer one", "admin"},
		"the reader":                    {"rotate", "Bearer two", "reader"},
		"the foreigner":                 {"list", "Bearer three", "foreign"},
		"nobody":                        {"read", "", "nobody"},
		"a made-up token":               {"read", "Bearer four", "stranger"},
		"a token behind another scheme": {"read", "Basic one", "stranger"},
		"a client":                      {"token", "Basic YTpi", "client"},
		"a client without a header":     {"revoke", "", "client"},
	} {
		request := exchange.Request{Label: test.operation, Header: http.Header{}}
		if test.authorization != "" {
			request.Header.Set("Authorization", test.authorization)
		}
		reply := &Reply{Exchange: &exchange.Exchange{Request: request}, Route: bound.Route(test.operation)}
		if got := s.Caller(reply); got != test.want {
			t.Errorf("%s: got %s, want %s", name, got, test.want)
		}
	}
}
