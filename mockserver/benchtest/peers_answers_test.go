package benchtest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/keyturn/keyturn/specs"
)

// answers are what the stand-in gives, which the peers get as stubs and examples.
type answers struct {
	refreshed, added, registered, token []byte
}

// peerApps is how many applications secrets are added to: to one that has a great many it
// is slow, and adding to a few from many connections would be about that.
const peerApps = 2000

const (
	tenantApps = "/api/tenants/acme/applications"
	peerApp    = "peer-" + mark
)

var (
	registerPeer = request{
		method: "POST", path: tenantApps, media: jsonType,
		// As long as what the default world has of the application that one secret is added to.
		body: `{"clientId":"` + peerApp + `","displayName":"My new app","type":"confidential","consentType":"implicit","theme":"default",` +
			`"homepageUrl":"https://my-new-app.example/","redirectUris":["https://my-new-app.example/signin-oidc"],` +
			`"postLogoutRedirectUris":["https://my-new-app.example/signout-callback-oidc"],"scopes":["email","phone","profile"],` +
			`"grantTypes":["authorization_code","client_credentials"],"roles":["ids:app_admin","ids:user_admin","ids:tenant_admin"],` +
			`"endpoints":["authorization","token","logout","introspection","revocation"]}`,
	}
	addToPeer = request{method: "POST", path: tenantApps + "/" + peerApp + "/secrets", media: jsonType, body: add.body}
)

// ownAnswers asks the stand-in for one of each.
func ownAnswers(ctx context.Context, keyturn string) (own answers, err error) {
	p, err := program{binary: keyturn}.launch(ctx, "serve", "--addr", "ADDR")
	if err != nil {
		return answers{}, err
	}
	defer func() { err = errors.Join(err, p.stop()) }()
	if _, err := p.answered(health); err != nil {
		return answers{}, err
	}
	c, err := dial(p.addr)
	if err != nil {
		return answers{}, err
	}
	defer func() { _ = c.socket.Close() }()
	for _, one := range []struct {
		text []byte
		to   *[]byte
	}{
		{token.always()(nil, 0), &own.token}, // before the secret is replaced
		{refresh.always()(nil, 0), &own.refreshed},
		{registerPeer.numbered()(nil, 0), &own.registered},
		{add.always()(nil, 0), &own.added},
	} {
		body, err := c.exchange(one.text, want{status: 200})
		if err != nil {
			return answers{}, err
		}
		*one.to = slices.Clone(body)
	}
	return own, nil
}

// asDocumented holds an answer to the document's schema, and to the members and about the
// length of the stand-in's own.
func asDocumented(provider, path, method string, own []byte) func([]byte) error {
	return func(body []byte) error {
		doc, err := specs.Load(provider)
		if err != nil {
			return err
		}
		schema := doc.Paths.Value(path).GetOperation(method).Responses.Status(200).Value.Content.Get(jsonType).Schema.Value
		var value, model any
		if err := errors.Join(json.Unmarshal(body, &value), json.Unmarshal(own, &model)); err != nil {
			return err
		}
		if err := schema.VisitJSON(value); err != nil {
			return fmt.Errorf("the answer breaks the document of %s: %w", provider, err)
		}
		if got, want := members(value), members(model); got != want {
			return fmt.Errorf("the answer has the members %s, want %s", got, want)
		}
		const tenth = 10
		if off := max(len(body)-len(own), len(own)-len(body)); off > len(own)/tenth {
			return fmt.Errorf("the answer has %d bytes, want about %d", len(body), len(own))
		}
		return nil
	}
}

// members names what an object holds, and what its member data does.
func members(value any) string {
	object, _ := value.(map[string]any)
	inner, _ := object["data"].(map[string]any)
	return strings.Join(slices.Concat(slices.Sorted(maps.Keys(object)), slices.Sorted(maps.Keys(inner))), " ")
}

// anAccessToken accepts a bearer token that is a signed JWT.
func anAccessToken(body []byte) error {
	var reply struct {
		AccessToken string  `json:"access_token"`
		TokenType   string  `json:"token_type"`
		ExpiresIn   float64 `json:"expires_in"`
	}
	const parts = 3
	if err := json.Unmarshal(body, &reply); err != nil {
		return err
	}
	if strings.Count(reply.AccessToken, ".") != parts-1 || !strings.EqualFold(reply.TokenType, "Bearer") || reply.ExpiresIn <= 0 {
		return fmt.Errorf("no signed bearer token in %s", body)
	}
	return nil
}

// aCustomer accepts Stripe's object with the name that was sent.
func aCustomer(body []byte) error {
	var reply struct{ ID, Object, Name string }
	if err := json.Unmarshal(body, &reply); err != nil {
		return err
	}
	if reply.Object != "customer" || reply.ID == "" || reply.Name != customerName {
		return fmt.Errorf("no customer %q in %s", customerName, body)
	}
	return nil
}
