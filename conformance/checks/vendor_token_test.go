package checks_test

import (
	"net/http"
	"net/url"
	"time"
)

// tokenSide reads the form and authenticates the client, by Basic alone.
func (l *locksmith) tokenSide(c *lockCall) (*lockClient, url.Values, *lockReply) {
	form, err := url.ParseQuery(string(c.body))
	if err != nil {
		return nil, nil, oauthError(400, "invalid_request")
	}
	rawID, rawSecret, ok := c.BasicAuth()
	if !ok {
		rawID, rawSecret, ok = l.fromQuery(c)
	}
	if form.Has("client_secret") && ok && l.has("the secret in the form goes first") {
		rawSecret = url.QueryEscape(form.Get("client_secret"))
	} else if form.Has("client_secret") && ok && !l.has("two ways to authenticate are one too many for nobody") {
		return nil, nil, oauthError(400, "invalid_request")
	}
	id, errID := url.QueryUnescape(rawID)
	secret, errSecret := url.QueryUnescape(rawSecret)
	if l.has("Basic is not form-decoded") {
		id, secret, errID, errSecret = rawID, rawSecret, nil, nil
	}
	if ok && errID == nil && errSecret == nil {
		if client := l.authenticate(c, id, secret); client != nil {
			return client, form, nil
		}
	}
	if refusal := l.outdated(id, secret); refusal != nil {
		return nil, nil, refusal
	}
	return nil, nil, l.unproven()
}

func (l *locksmith) authenticate(c *lockCall, key, secret string) *lockClient {
	now := time.Now()
	for _, client := range l.clients {
		if client.Key != key && !l.has("any client's secret will do") || client.Suspended && !l.has("a suspended client may authenticate") || client.locked {
			continue
		}
		if secret == "" && l.has("an empty secret will do") || l.lent(client, secret) {
			return client
		}
		for _, one := range client.secrets {
			if l.same(one.Value, secret) && l.honoured(c, client, one, now) {
				one.primed = true
				return client
			}
		}
	}
	ghost, _ := l.beside[key].(*lockClient)
	return ghost
}

func oauthError(status int, code string) *lockReply {
	reply := &lockReply{status: status, body: map[string]any{"error": code}}
	if status == 401 {
		reply.header = http.Header{"Www-Authenticate": {`Basic realm="locksmith"`}}
	}
	return reply
}

func (l *locksmith) issue(c *lockCall) *lockReply {
	client, form, refusal := l.tokenSide(c)
	if refusal != nil {
		return refusal
	}
	if form.Get("grant_type") != "client_credentials" {
		return oauthError(400, "unsupported_grant_type")
	}
	token := "lat-" + hexes(40)
	l.tokens[token] = client.Key
	return &lockReply{status: 200, body: map[string]any{"access_token": token, "token_type": "Bearer", "expires_in": 600}}
}

func (l *locksmith) introspect(c *lockCall) *lockReply {
	_, form, refusal := l.tokenSide(c)
	if refusal != nil {
		return refusal
	}
	if form.Get("token") == "" {
		return oauthError(400, "invalid_request")
	}
	key, known := l.tokens[form.Get("token")]
	if !known {
		return &lockReply{status: 200, body: map[string]any{"active": false}}
	}
	return &lockReply{status: 200, body: map[string]any{"active": true, "client_id": key}}
}

// revoke is bound by the profiles that have it.
func (l *locksmith) revoke(c *lockCall) *lockReply {
	client, form, refusal := l.tokenSide(c)
	if refusal != nil && c.Header.Get("Authorization") != "" && l.has("anybody may revoke nothing") {
		return &lockReply{status: 200}
	}
	if refusal != nil {
		return refusal
	}
	if form.Get("token") == "" {
		return oauthError(400, "invalid_request")
	}
	if key := l.tokens[form.Get("token")]; key == client.Key {
		delete(l.tokens, form.Get("token"))
	} else if key == "" && l.has("revoking an unknown token fails") {
		return oauthError(400, "invalid_request")
	}
	return &lockReply{status: 200}
}
