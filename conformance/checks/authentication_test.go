package checks

import (
	"net/http"
	"testing"
)

func TestBearerError(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		values []string
		want   string
	}{
		"none":                {nil, ""},
		"bare":                {[]string{"Bearer"}, ""},
		"quoted":              {[]string{`Bearer realm="x", error="invalid_token"`}, "invalid_token"},
		"unquoted":            {[]string{"bearer Error=invalid_token"}, "invalid_token"},
		"escaped":             {[]string{`Bearer error="inv\alid_token"`}, "invalid_token"},
		"of another scheme":   {[]string{`Basic error="invalid_token", Bearer realm="x"`}, ""},
		"of the second":       {[]string{`Basic realm="x", Bearer error="invalid_request"`}, "invalid_request"},
		"in a second line":    {[]string{"Basic realm=x", `Bearer error="invalid_token"`}, "invalid_token"},
		"behind a broken one": {[]string{`Basic realm="never closed`, `Bearer error="invalid_token"`}, "invalid_token"},
		"in the realm":        {[]string{`Bearer realm="error=invalid_token"`}, ""},
	} {
		if got := bearerError(http.Header{"Www-Authenticate": test.values}); got != test.want {
			t.Errorf("%s: got %q, want %q", name, got, test.want)
		}
	}
}
