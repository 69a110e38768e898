package benchtest

import (
	"bytes"
	"fmt"
	"strings"
	"sync/atomic"
)

// seasons is how many rounds a visitor's namespace lasts. The secrets that Identity
// Service deletes stay listed for good, so that their number stays only if they go with
// their namespace.
const seasons = 16

// visitor is who uses one connection, and what it has in the server: an application that
// nobody else rotates, a namespace for a season, and two signed tokens.
type visitor struct {
	*conn

	name   string
	served *atomic.Int64
	round  int

	app, secret     string
	signed, foreign string
}

const (
	identityID, identitySecret = "my-new-app", "hQ7v2Zk0sXwB9rTnE4uYc1LpJ6mDfGa8oViK3NxR5Sg"
	serviceID, serviceSecret   = "example-service", "example-service-secret"
)

// goRound is one round over all four providers. What it makes, it removes.
func (v *visitor) goRound() error {
	for _, part := range []func() error{v.season, v.authing, v.identity, v.angus, v.refusals} {
		if err := part(); err != nil {
			return fmt.Errorf("%s, round %d: %w", v.name, v.round, err)
		}
	}
	v.round++
	return nil
}

// season makes the application in the first round, and a new namespace each season.
func (v *visitor) season() error {
	if v.round%seasons != 0 {
		return nil
	}
	if v.round == 0 {
		r := create
		r.body = strings.ReplaceAll(r.body, mark, v.name)
		var err error
		if v.app, err = v.take(r, want{200, `"statusCode":200`}, "appId"); err != nil {
			return err
		}
	} else if err := v.ask(request{method: "DELETE", path: "/__admin/namespaces/" + v.name}, want{status: 204}); err != nil {
		return err
	}
	return v.ask(request{method: "POST", path: "/__admin/namespaces", media: jsonType, body: `{"name":"` + v.name + `"}`}, want{status: 201})
}

// authing rotates the application by both versions of the API, each time with a look at
// what the secrets are good for. Signing takes far longer than all else, so that a token is
// got once a season and introspected each round: it outlives the rotations.
func (v *visitor) authing() error {
	if err := v.ask(request{method: "PATCH", path: "/api/v2/application/" + v.app + "/refresh-secret"}, want{200, `"code":200`}); err != nil {
		return err
	}
	// The reply to that does not show it.
	former, err := v.take(request{method: "GET", path: "/api/v3/get-application-secret?appId=" + v.app}, want{200, `"statusCode":200`}, "secret")
	if err != nil {
		return err
	}
	if v.round%seasons == 0 {
		if v.signed, err = v.take(grant("/oauth/token", v.app, former), want{200, "access_token"}, "access_token"); err != nil {
			return err
		}
	}
	if err := v.ask(introspect("/oauth/token/introspection", v.app, former, v.signed), active); err != nil {
		return err
	}
	r := rotate
	r.body = `{"appId":"` + v.app + `"}`
	if v.secret, err = v.take(r, want{200, `"statusCode":200`}, "secret"); err != nil {
		return err
	}
	if err := v.ask(grant("/oidc/token", v.app, former), want{400, "invalid_client"}); err != nil {
		return err
	}
	return v.ask(introspect("/oidc/token/introspection", v.app, v.secret, v.signed), active)
}

// identity adds a secret in the visitor's namespace and deletes it.
func (v *visitor) identity() error {
	in := "/ns/" + v.name
	var err error
	if v.round%seasons == 0 {
		if v.foreign, err = v.take(grant(in+"/connect/token", identityID, identitySecret), want{200, "access_token"}, "access_token"); err != nil {
			return err
		}
	}
	if err := v.ask(introspect(in+"/connect/introspect", identityID, identitySecret, v.foreign), active); err != nil {
		return err
	}
	added := add
	added.path = in + add.path
	if err := v.ask(added, want{status: 200}); err != nil {
		return err
	}
	id, err := v.take(request{method: "GET", path: in + secrets}, want{status: 200}, "clientSecretId")
	if err != nil {
		return err
	}
	return v.ask(request{method: "DELETE", path: in + secrets + "/" + id}, want{status: 200})
}

// angus registers a client, changes its secret and removes it, and gets and introspects a
// token that is not signed.
func (v *visitor) angus() error {
	id := fmt.Sprintf("%s-%d", v.name, v.round)
	r := request{method: "POST", path: angus, media: jsonType, body: strings.ReplaceAll(angusBody, angusID, id)}
	if err := v.ask(r, want{201, `"code":"S"`}); err != nil {
		return err
	}
	r.method, r.body = "PATCH", strings.Replace(r.body, `"clientSecret":"string"`, `"clientSecret":"`+id+`"`, 1)
	if err := v.ask(r, want{200, `"code":"S"`}); err != nil {
		return err
	}
	if err := v.ask(request{method: "GET", path: angus + "/" + id}, want{200, id}); err != nil {
		return err
	}
	if err := v.ask(request{method: "DELETE", path: angus + "?ids=" + id}, want{status: 204}); err != nil {
		return err
	}
	got, err := v.take(grant("/oauth2/token", serviceID, serviceSecret), want{200, "access_token"}, "access_token")
	if err != nil {
		return err
	}
	return v.ask(introspect("/oauth2/introspect", serviceID, serviceSecret, got), active)
}

// refusals asks for what no provider grants.
func (v *visitor) refusals() error {
	for _, one := range unwelcome {
		if err := v.ask(one.request, one.want); err != nil {
			return err
		}
	}
	return nil
}

var (
	active    = want{200, `"active":true`}
	unwelcome = []struct {
		request request
		want    want
	}{
		{request{method: "PATCH", path: "/api/v2/application/nobody/refresh-secret"}, want{200, `"statusCode":404`}},
		{request{method: "POST", path: rotate.path, media: jsonType, body: `{"appId":7}`}, want{200, `"statusCode":400`}},
		{request{method: "POST", path: rotate.path, media: jsonType, body: `{"appId":`}, want{200, `"statusCode":400`}},
		{request{method: "POST", path: secrets, media: jsonType, body: `{"expirationDate":"tomorrow"}`}, want{status: 400}},
		{request{method: "GET", path: "/api/tenants/acme/applications/nobody/secrets"}, want{status: 404}},
		{request{method: "POST", path: angus, media: jsonType, body: `{"platform":"nobody"}`}, want{status: 400}},
		{request{method: "DELETE", path: angus + "?ids=nobody"}, want{status: 404}},
		{grant("/oauth2/token", serviceID, "wrong"), want{401, "invalid_client"}},
		{introspect("/connect/introspect", identityID, identitySecret, "nonsense"), want{200, `"active":false`}},
		{request{method: "GET", path: "/nobody/knows"}, want{status: 404}},
	}
)

// ask sends the request and wants the reply.
func (v *visitor) ask(r request, w want) error {
	v.out = append(v.out[:0], r.text()...)
	if _, err := v.exchange(v.out, w); err != nil {
		return fmt.Errorf("%s %s: %w", r.method, r.path, err)
	}
	v.served.Add(1)
	return nil
}

// take is ask for the text of a member of the reply: the last of its name.
func (v *visitor) take(r request, w want, name string) (string, error) {
	if err := v.ask(r, w); err != nil {
		return "", err
	}
	text, ok := lastMember(v.body, name)
	if !ok {
		return "", fmt.Errorf("%s %s: the reply has no %s", r.method, r.path, name)
	}
	return text, nil
}

func lastMember(body []byte, name string) (string, bool) {
	start := `"` + name + `":"`
	at := bytes.LastIndex(body, []byte(start))
	if at < 0 {
		return "", false
	}
	text, _, closed := bytes.Cut(body[at+len(start):], []byte(`"`))
	return string(text), closed
}

func grant(path, id, secret string) request {
	return request{method: "POST", path: path, media: formType, body: "grant_type=client_credentials&client_id=" + id + "&client_secret=" + secret}
}

func introspect(path, id, secret, token string) request {
	return request{method: "POST", path: path, media: formType, body: "token=" + token + "&client_id=" + id + "&client_secret=" + secret}
}
