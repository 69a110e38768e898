package admin_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/keyturn/keyturn/mockserver/mocktest"
)

const worldOfSecrets = `{"version": 1, "realms": {"authing": {
	"tenants": [{"id": "pool"}],
	"principals": [{"name": "someone", "token": "a-principals-token", "role": "admin", "tenants": ["pool"]}, {"name": "other", "token": "page", "role": "reader"}],
	"access_keys": [{"id": "pool", "secret": "an-access-keys-secret", "tenant": "pool"}],
	"clients": [{"id": "client", "tenant": "pool", "secrets": [{"value": "a-clients-secret"}]}]
}, "angusgm": {
	"tenants": [{"id": "1"}],
	"clients": [{"id": "client", "tenant": "1", "secrets": [{"value": "{noop}an-encoded-secret"}]}]
}}}`

// What the stand-in itself holds is found without any name to tell it.
func TestHeldSecretsAreRedactedEverywhere(t *testing.T) {
	standIn := mocktest.Start(t)
	if got := ask(t, "PUT", standIn.BaseURL()+"/__admin/world", worldOfSecrets); got.status != 204 {
		t.Fatalf("got %+v", got)
	}
	secrets := []string{"a-principals-token", "an-access-keys-secret", "a-clients-secret", "an-encoded-secret"}
	for _, secret := range secrets {
		ask(t, "GET", standIn.BaseURL()+"/no/"+secret+"?page=1", "")
		ask(t, "POST", standIn.BaseURL()+"/oauth/token", `{"note": "`+secret+`"}`)
	}
	shown := ask(t, "GET", standIn.BaseURL()+"/__admin/requests", "").body
	for _, secret := range secrets {
		if strings.Contains(shown, secret) {
			t.Errorf("%s is shown in %s", secret, shown)
		}
	}
	if !strings.Contains(shown, "?page=1") {
		t.Errorf("a short token is taken for a secret in %s", shown)
	}
}

func TestSecretInAVariableOfAnyNameIsRedacted(t *testing.T) {
	base := start(t)
	const secret = "5f1d9c3be47a40c2a6d80e95b71c2f34"
	const query = `query($u:String!,$s:String!){accessToken(userPoolId:$u,secret:$s){accessToken}}`
	for _, s := range []string{secret, "not-the-secret"} {
		ask(t, "POST", base+"/graphql/v2", fmt.Sprintf(`{"query":%q,"variables":{"u":"61b95d6c96d42670da568408","s":%q}}`, query, s))
		ask(t, "POST", base+"/graphql/v2", fmt.Sprintf(`{"query":"{accessToken(userPoolId:\"61b95d6c96d42670da568408\",secret:\"%s\"){accessToken}}"}`, s))
	}
	if shown := ask(t, "GET", base+"/__admin/requests", "").body; strings.Contains(shown, secret) || strings.Contains(shown, "not-the-secret") {
		t.Errorf("the secret is shown in %s", shown)
	}
}

func TestFloodOfSecretsIsWithheld(t *testing.T) {
	standIn := mocktest.Start(t)
	var body strings.Builder
	for i := 0; body.Len() < 1<<20-100; i++ {
		fmt.Fprintf(&body, "token=%08x&", i)
	}
	request, err := http.NewRequestWithContext(t.Context(), "POST", standIn.BaseURL()+"/oauth/token", strings.NewReader(body.String()))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	send(t, request)
	entries := standIn.Journal().Snapshot().Entries
	if len(entries) != 1 || entries[0].RequestBody != nil {
		t.Errorf("the journal keeps a body of %d bytes", body.Len())
	}
	want := fmt.Sprintf("[withheld: %d bytes, ", body.Len())
	if shown := ask(t, "GET", standIn.BaseURL()+"/__admin/requests", "").body; !strings.Contains(shown, want) {
		t.Errorf("got %s", shown)
	}
}
