package conformance

import (
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keyturn/keyturn/conformance/exchange"
	"github.com/keyturn/keyturn/conformance/profile"
)

func TestLinks(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		header []string
		want   string
	}{
		"none":            {nil, ""},
		"the next":        {[]string{`</c?size=2&token=t1>; rel="next"`}, "t1"},
		"among others":    {[]string{`</c?token=a>; rel="first",</c?token=b>;rel=next , </c?token=c>; rel="last"`}, "b"},
		"another header":  {[]string{`</c?token=a>; rel=first`, `<https://x.example/c?token=b>; title="1,2"; REL="Next"`}, "b"},
		"a comma in it":   {[]string{`</c?token=a,b>; rel="next"`}, "a,b"},
		"no further":      {[]string{`</c?token=a>; rel="prev"`}, ""},
		"not to be read":  {[]string{`</c?token=a; rel="next"`}, ""},
		"no such pointer": {[]string{`</c?page=a>; rel="next"`}, ""},
	} {
		reply := &Reply{Exchange: &exchange.Exchange{Response: &exchange.Response{Header: http.Header{"Link": test.header}}}}
		if got := reply.following("token"); got != test.want {
			t.Errorf("%s: got %q, want %q", name, got, test.want)
		}
	}
	if got := (&Reply{Exchange: &exchange.Exchange{}}).following("token"); got != "" {
		t.Errorf("a lost answer is followed to %q", got)
	}
}

func TestTurnTo(t *testing.T) {
	t.Parallel()
	listed := func(page profile.Page) *Session {
		binding := profile.Binding{Put: map[string]string{"at": "/query/token"}, Page: &page}
		bound := &profile.Bound{Profile: &profile.Profile{Operations: map[string]profile.Binding{"list": binding}}}
		return &Session{run: &run{bound: bound}}
	}
	linked := &Reply{Exchange: &exchange.Exchange{Response: &exchange.Response{Header: http.Header{"Link": {`</c?token=t1>; rel="next"`}}}}}
	last := &Reply{Exchange: &exchange.Exchange{Response: &exchange.Response{}}}
	numbered, chained := listed(profile.Page{Number: "at", Size: "size", First: 1}), listed(profile.Page{Number: "at", Size: "size", Next: "link"})
	for name, test := range map[string]struct {
		session *Session
		behind  int
		last    *Reply
		want    profile.Values
	}{
		"first by number":  {numbered, 0, nil, profile.Values{"at": 1, "size": 5}},
		"third by number":  {numbered, 2, last, profile.Values{"at": 3, "size": 5}},
		"first by link":    {chained, 0, nil, profile.Values{"size": 5}},
		"second by link":   {chained, 1, linked, profile.Values{"at": "t1", "size": 5}},
		"none behind that": {chained, 2, last, nil},
	} {
		got, more := test.session.TurnTo("list", test.behind, 5, test.last)
		if diff := cmp.Diff(test.want, got); diff != "" || more != (test.want != nil) {
			t.Errorf("%s: further %v, %s", name, more, diff)
		}
	}
}
