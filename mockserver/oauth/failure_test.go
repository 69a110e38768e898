package oauth_test

import (
	"errors"
	"testing"

	"github.com/keyturn/keyturn/mockserver/client"
	"github.com/keyturn/keyturn/mockserver/oauth"
	"github.com/keyturn/keyturn/mockserver/provider"
)

// TestDescriptionsArePrintable is about refusals that repeat what was sent.
func TestDescriptionsArePrintable(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ message, want string }{
		"ordinary":   {"client authentication failed", "client authentication failed"},
		"quotes":     {`property "token" is missing`, "property 'token' is missing"},
		"backslash":  {`a\b`, "a'b"},
		"line break": {"a\r\nb", "a??b"},
		"not ASCII":  {"ключ ~", "???? ~"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := ""
			dialect := oauth.Dialect{Refuse: func(failure oauth.Failure) provider.Reply {
				got = failure.Description
				return provider.Reply{}
			}}
			for _, err := range []error{&oauth.Failure{Description: test.message}, errors.New(test.message)} {
				dialect.RefuseCall(nil, &client.Error{Kind: client.Invalid, Message: test.message, Err: err})
				if got != test.want {
					t.Errorf("%T: description is %q, want %q", err, got, test.want)
				}
			}
		})
	}
}
