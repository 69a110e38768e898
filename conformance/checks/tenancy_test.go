package checks

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/keyturn/keyturn/conformance"
	"github.com/keyturn/keyturn/conformance/exchange"
	"github.com/keyturn/keyturn/conformance/profile"
)

func TestStatements(t *testing.T) {
	t.Parallel()
	reply := &conformance.Reply{
		Exchange: &exchange.Exchange{Response: &exchange.Response{Status: 404, Header: map[string][]string{
			"Date": {"today"}, "Content-Length": {"12"}, "Link": {"/clients/c1", "/clients/k1"},
		}, Body: []byte(`{"detail": "no client c1", "errors": []}`)}},
		Judgement: profile.Judgement{Status: 404},
	}
	want := map[string]string{
		"the status": "HTTP 404", "the header Link": "/clients/{id}, /clients/{id}",
		"the body's /detail": "no client {id}", "the body's /errors": "[]",
	}
	if diff := cmp.Diff(want, statements(reply, profile.Values{"client": "c1", "client_id": "k1", "name": ""})); diff != "" {
		t.Errorf("what a reply says (-want +got):\n%s", diff)
	}
}

func TestDifference(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		said, first, second map[string]string
		want                string
	}{
		"none":                     {map[string]string{"a": "1"}, map[string]string{"a": "1"}, map[string]string{"a": "1"}, ""},
		"another":                  {map[string]string{"a": "2"}, map[string]string{"a": "1"}, map[string]string{"a": "1"}, `a is "2", and "1" for clients that do not exist`},
		"one more":                 {map[string]string{"a": ""}, nil, nil, `a is "", and not there for clients that do not exist`},
		"one less":                 {nil, map[string]string{"a": "1"}, map[string]string{"a": "1"}, `a is not there, and "1" for clients that do not exist`},
		"of each request":          {map[string]string{"a": "3"}, map[string]string{"a": "1"}, map[string]string{"a": "2"}, ""},
		"now and then":             {map[string]string{"a": ""}, map[string]string{"a": ""}, nil, ""},
		"the status comes first":   {map[string]string{"the body": "2", "the status": "2"}, map[string]string{"the body": "1", "the status": "1"}, map[string]string{"the body": "1", "the status": "1"}, `the status is "2", and "1" for clients that do not exist`},
		"no more than can be read": {map[string]string{"a": longText('b')}, map[string]string{"a": longText('c')}, map[string]string{"a": longText('c')}, `a is "` + longText('b')[:79] + `…, and "` + longText('c')[:79] + `… for clients that do not exist`},
	} {
		if got := difference(test.said, test.first, test.second); got != test.want {
			t.Errorf("%s: got %q, want %q", name, got, test.want)
		}
	}
}

func longText(c byte) string {
	text := make([]byte, 100)
	for i := range text {
		text[i] = c
	}
	return string(text)
}
