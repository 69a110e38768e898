package checks

import (
	"net/http"
	"strings"
	"testing"
)

func TestTokenErrorBreaches(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		status int
		media  string
		body   any
		want   []string // beginnings
	}{
		"right":                {401, "application/json; charset=UTF-8", map[string]any{"error": "invalid_client"}, nil},
		"of a later document":  {400, "application/json", map[string]any{"error": "invalid_target", "error_description": "no [such] 'place'"}, nil},
		"another status":       {403, "application/json", map[string]any{"error": "invalid_client"}, []string{"has HTTP 403"}},
		"another media type":   {400, "text/html", map[string]any{"error": "invalid_client"}, []string{"has the Content-Type"}},
		"no object":            {400, "application/json", []any{"invalid_client"}, []string{"has no JSON object"}},
		"no code":              {400, "application/json", map[string]any{"message": "no"}, []string{"has the error null"}},
		"a code of its own":    {400, "application/json", map[string]any{"error": "Invalid_Client"}, []string{"has the error"}},
		"a code that is a map": {400, "application/json", map[string]any{"error": map[string]any{}}, []string{"has the error"}},
		"a quote":              {400, "application/json", map[string]any{"error": "invalid_grant", "error_description": `no "x"`}, []string{"has error_description"}},
		"a backslash":          {400, "application/json", map[string]any{"error": "invalid_grant", "error_description": `a\b`}, []string{"has error_description"}},
		"a description list":   {400, "application/json", map[string]any{"error": "invalid_grant", "error_description": []any{"a"}}, []string{"has error_description"}},
		"an address and blank": {400, "application/json", map[string]any{"error": "invalid_grant", "error_uri": "https://a b"}, []string{"has error_uri"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := tokenErrorBreaches(test.status, http.Header{"Content-Type": {test.media}}, test.body)
			if len(got) != len(test.want) {
				t.Fatalf("breaches are %q, want %q", got, test.want)
			}
			for i, begins := range test.want {
				if !strings.HasPrefix(got[i], begins) {
					t.Errorf("breach is %q, want one that begins with %q", got[i], begins)
				}
			}
		})
	}
}

func TestBasicRealm(t *testing.T) {
	t.Parallel()
	for challenge, want := range map[string]bool{
		`Basic realm="a"`:                            true,
		`basic charset="UTF-8", REALM = "a"`:         true,
		`Bearer realm="a", Basic realm="b"`:          true,
		`Basic error="x, y", error_uri=z, realm="b"`: true,
		`Basic`: false,
		`Basic charset="UTF-8", Bearer realm="a"`:     false,
		`Bearer realm="a"`:                            false,
		`Basic charset="realm=x"`:                     false,
		`Bearer error="Basic realm=", scope="nobody"`: false,
	} {
		if got := basicRealm.MatchString(challenge); got != want {
			t.Errorf("%s: a realm for Basic is %v, want %v", challenge, got, want)
		}
	}
}
