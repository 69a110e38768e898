package checks

import (
	"net/http"
	"testing"

	"github.com/keyturn/keyturn/conformance"
	"github.com/keyturn/keyturn/conformance/exchange"
	"github.com/keyturn/keyturn/conformance/profile"
	"github.com/keyturn/keyturn/conformance/redact"
)

// TestPlaces follows one credential through exchanges that come in order, and wants
// a complaint about the last one alone, or about none.
func TestPlaces(t *testing.T) {
	t.Parallel()
	const secret = "S1#0000"
	one := map[string]redact.Hit{secret: {Name: secret, Form: "raw"}}
	created := sight{operation: "create", caller: "admin", ok: true, shown: one}
	read := sight{operation: "read", caller: "admin", ok: true, declared: true, shown: one}
	by := func(caller string, s sight) sight { s.caller = caller; return s }
	of := func(operation string, s sight) sight { s.operation = operation; return s }
	undeclared := func(s sight) sight { s.declared = false; return s }
	refused := func(s sight) sight { s.ok = false; return s }
	chosen := func(s sight) sight { s.sent = one; return s }
	setting := func(s sight) sight { s.sets = true; return of("update", chosen(s)) }
	for name, test := range map[string]struct {
		readback string
		sights   []sight
		want     string
	}{
		"given out":                    {"never", []sight{created}, ""},
		"given out by a rotation":      {"never", []sight{of("rotate", created)}, ""},
		"given out twice":              {"never", []sight{created, of("rotate", created)}, "shows a client's secret, which the profile does not say of the operation"},
		"given out by a read":          {"never", []sight{read}, "shows a client's secret again, and the profile declares readback never"},
		"chosen and shown":             {"never", []sight{chosen(created)}, "shows a client's secret, which the profile does not say of the operation"},
		"set and shown":                {"never", []sight{setting(read)}, ""},
		"set and shown by a foreigner": {"never", []sight{setting(read), by("foreign", setting(read))}, "shows the secret of another tenant's client"},
		"sent to what sets none":       {"never", []sight{created, chosen(read)}, "shows a client's secret again, and the profile declares readback never"},
		"read back":                    {"privileged", []sight{created, read}, ""},
		"read back where never":        {"never", []sight{created, read}, "shows a client's secret again, and the profile declares readback never"},
		"read back by a reader":        {"privileged", []sight{created, by("reader", read)}, "shows a client's secret again, and the profile declares readback privileged"},
		"read back by any reader":      {"always", []sight{created, by("reader", read)}, ""},
		"read back by nobody":          {"always", []sight{created, by("nobody", read)}, "shows a client's secret again, and the profile declares readback always"},
		"read back by a foreigner":     {"privileged", []sight{created, by("foreign", read)}, "shows the secret of another tenant's client"},
		"a foreigner's by its owner":   {"privileged", []sight{by("foreign", created), by("foreign", read)}, ""},
		"a foreigner's by the admin":   {"privileged", []sight{by("foreign", created), read}, "shows the secret of another tenant's client"},
		"chosen, then by a foreigner":  {"always", []sight{chosen(sight{operation: "rotate", caller: "admin", ok: true}), by("foreign", read)}, "shows the secret of another tenant's client"},
		"refused, then the true owner": {"always", []sight{chosen(sight{operation: "rotate", caller: "foreign"}), read}, ""},
		"in an operation without it":   {"always", []sight{created, undeclared(of("update", read))}, "shows a client's secret, which the profile does not say of the operation"},
		"in a refusal":                 {"always", []sight{created, refused(read)}, "is a refusal and shows a client's secret"},
		"in a refused creation":        {"always", []sight{refused(created)}, "is a refusal and shows a client's secret"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			places := &places{readback: test.readback, given: map[string]bool{}, owner: map[string]string{}}
			for i, sight := range test.sights {
				places.learn(sight)
				got := ""
				if len(sight.shown) > 0 {
					got = places.judge(sight, secret)
				}
				if want := test.want; i == len(test.sights)-1 && got != want || i < len(test.sights)-1 && got != "" {
					t.Errorf("exchange %d: got %q, want %q of the last", i+1, got, want)
				}
			}
		})
	}
}

func TestPlacesOfOtherCredentials(t *testing.T) {
	t.Parallel()
	places := &places{readback: "always", given: map[string]bool{}, owner: map[string]string{}}
	for _, test := range []struct {
		operation, name string
		ok              bool
		want            string
	}{
		{"token", "T1#0000", true, ""},
		{"login", "T1#0000", true, ""},
		{"token", "T1#0000", false, "shows a token"},
		{"read", "T1#0000", true, "shows a token"},
		{"login", "K1#0000", true, "shows the secret of an access key"},
	} {
		got := places.judge(sight{operation: test.operation, caller: "admin", ok: test.ok, declared: true}, test.name)
		if got != test.want {
			t.Errorf("%s in %s: got %q, want %q", test.name, test.operation, got, test.want)
		}
	}
}

func TestForbidsStoring(t *testing.T) {
	t.Parallel()
	for value, want := range map[string]bool{
		"no-store": true, "No-Store": true, "private, no-store": true, "max-age=0 ,no-store,no-cache": true,
		"": false, "no-cache": false, "private": false, "no-storey": false, "max-age=3600": false,
	} {
		if got := forbidsStoring(http.Header{"Cache-Control": {value}}); got != want {
			t.Errorf("%q: got %t, want %t", value, got, want)
		}
	}
	if !forbidsStoring(http.Header{"Cache-Control": {"private", "no-store"}}) {
		t.Error("the second of two headers is not read")
	}
}

// TestAsked has requests that go by another operation's label.
func TestAsked(t *testing.T) {
	t.Parallel()
	bound, err := profile.Builtin("angusgm")
	if err != nil {
		t.Fatal(err)
	}
	const at = "https://id.example/prefix/api/v1/auth/client"
	for name, test := range map[string]struct{ label, method, url, want string }{
		"what its label says":        {"rotate", "PATCH", at, "rotate"},
		"the same under two labels":  {"update", "PATCH", at, "update"},
		"a safe method":              {"rotate", "GET", at, "list"},
		"with a query":               {"rotate", "GET", at + "?id=1", "list"},
		"another path":               {"list", "GET", at + "/17", "read"},
		"a method that is not there": {"rotate", "HEAD", at, "HEAD at the path of rotate"},
		"a path that is not there":   {"list", "GET", at + "/1/2", "GET at the path of list"},
		"an address that is none":    {"list", "GET", "https://id.example/%zz", "GET at the path of list"},
		"a label that is none":       {"", "GET", at, "list"},
	} {
		one := conformance.Seen{Reply: &conformance.Reply{
			Exchange: &exchange.Exchange{Request: exchange.Request{Label: test.label, Method: test.method, URL: test.url}},
			Route:    bound.Route(test.label),
		}}
		if got := asked(bound, one); got != test.want {
			t.Errorf("%s: got %q, want %q", name, got, test.want)
		}
	}
}

func TestCredentialsAndSorts(t *testing.T) {
	t.Parallel()
	found := credentials([]redact.Hit{{Name: "S1#0000", Form: "raw"}, {Name: "JWT#1111", Form: "structure"}, {Name: "T2#2222", Form: "json"}, {Name: "S1#0000", Form: "hex"}})
	if len(found) != 2 || found["S1#0000"].Form != "raw" {
		t.Errorf("got %v, want the secret as it stands first and the token", found)
	}
	if got, want := sorts(found), "a client's secret and a token"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestCaching(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		header http.Header
		want   string
	}{
		"none":                {http.Header{}, "no Cache-Control"},
		"one":                 {http.Header{"Cache-Control": {"private"}}, "Cache-Control: private"},
		"two":                 {http.Header{"Cache-Control": {"private", "max-age=5"}}, "Cache-Control: private, max-age=5"},
		"of the service":      {http.Header{"Cache-Control": {"no-cache"}}, "Cache-Control: no-cache"},
		"maybe of the client": {http.Header{"Cache-Control": {"no-cache"}, "Pragma": {"no-cache"}}, "no Cache-Control, or no-cache"},
	} {
		if got := caching(test.header); got != test.want {
			t.Errorf("%s: got %q, want %q", name, got, test.want)
		}
	}
}
