package conformance

import (
	"regexp"

	"github.com/keyturn/keyturn/conformance/profile"
	"github.com/keyturn/keyturn/conformance/redact"
	"github.com/keyturn/keyturn/conformance/report"
)

// credential names members that hold one by the habits of the field, such as
// clientSecret, refresh_token and password. token_type and secretId do not.
var credential = regexp.MustCompile(`(?i)(secrets?|tokens?|password|passwd|assertion|(private|secret|api|access)[-_]?key|secret[-_]?(value|hash))$`)

// meet makes credentials known that the run was never told about and that evidence
// would show: those of other people's clients in a list, or a refresh token.
func (r *run) meet(whole *report.Report) {
	for _, result := range whole.Results {
		for _, e := range result.Exchanges {
			if e.Response == nil {
				continue
			}
			if body, err := profile.Decode([]byte(e.Response.Body)); err == nil {
				r.meetIn("", body)
			}
		}
	}
}

func (r *run) meetIn(name string, value any) {
	switch v := value.(type) {
	case map[string]any:
		for name, member := range v {
			r.meetIn(name, member)
		}
	case []any:
		for _, item := range v {
			r.meetIn(name, item)
		}
	case string:
		if len(v) >= redact.MinSearched && credential.MatchString(name) {
			r.book.Add(redact.Secret, v)
		}
	}
}
