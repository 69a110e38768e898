package checks

import (
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestChallengeSchemes(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		value string
		want  []string // nil where it cannot be read
	}{
		{"Bearer", []string{"Bearer"}},
		{`Bearer error="invalid_token"`, []string{"Bearer"}},
		{`Basic realm="a \"quoted\", comma"`, []string{"Basic"}},
		{`Basic realm="x", charset="UTF-8"`, []string{"Basic"}},
		{`Bearer realm = x , error= "y"`, []string{"Bearer"}},
		{`Newauth realm="apps", type=1, title="Login to \"apps\"", Basic realm="simple"`, []string{"Newauth", "Basic"}},
		{"Negotiate YWJj+/==", []string{"Negotiate"}},
		{"Negotiate, Basic realm=x", []string{"Negotiate", "Basic"}},
		{"Negotiate YWJj==, NTLM", []string{"Negotiate", "NTLM"}},
		{", ,Bearer,", []string{"Bearer"}},
		{"Bearer,Basic", []string{"Bearer", "Basic"}},
		{"Bearer  realm=x", []string{"Bearer"}},
		{"", nil},
		{" , ", nil},
		{`realm="x"`, nil},
		{`Basic realm="never closed`, nil},
		{`Basic realm="x" charset=y`, nil},
		{"Bearer a b", nil},
		{"Bearer: token", nil},
		{`"Bearer"`, nil},
		{"Bearer realm=", []string{"Bearer"}}, // a token68 with padding
		{"Bearer realm=x, =y", nil},
	} {
		got, err := challengeSchemes(test.value)
		if diff := cmp.Diff(test.want, got); diff != "" || (err != nil) != (test.want == nil) {
			t.Errorf("%q: error %v, schemes (-want +got):\n%s", test.value, err, diff)
		}
	}
}

func TestUnchallenged(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		values []string
		want   string
	}{
		"none":               {nil, "there is no WWW-Authenticate"},
		"one":                {[]string{"Bearer"}, ""},
		"one of two is read": {[]string{`"`, "Bearer"}, ""},
		"empty":              {[]string{""}, `WWW-Authenticate cannot be read: "" has no challenge`},
	} {
		if got := unchallenged(http.Header{"Www-Authenticate": test.values}); got != test.want {
			t.Errorf("%s: got %q, want %q", name, got, test.want)
		}
	}
	basic := http.Header{"Www-Authenticate": {"Bearer", `basic realm="x"`}}
	if !challengesFor(basic, "Basic") || challengesFor(basic, "Digest") {
		t.Error("the schemes of two headers are not told apart")
	}
}
