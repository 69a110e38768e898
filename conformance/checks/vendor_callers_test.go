package checks_test

import (
	"cmp"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// key is what a caller presents, in the header of the vendor or as a bearer token; ""
// where that is nothing, or more than one thing.
func (l *locksmith) key(c *lockCall) string {
	keys := c.Header.Values("X-Api-Key")
	for _, value := range c.Header.Values("Authorization") {
		scheme, token, _ := strings.Cut(value, " ")
		if scheme == "Bearer" || strings.EqualFold(scheme, "Bearer") && !l.has("the scheme is compared with case") {
			keys = append(keys, token)
		}
	}
	switch {
	case len(keys) == 1, len(keys) > 1 && l.has("the first of two keys counts"):
		return keys[0]
	case len(keys) > 1 && l.has("the last of two keys counts"):
		return keys[len(keys)-1]
	}
	return ""
}

// unknownKey refuses whom nobody knows.
func (l *locksmith) unknownKey(c *lockCall) *lockReply {
	reply := problem(http.StatusUnauthorized, "the key is missing or not known")
	challenge := `ApiKey realm="locksmith", Bearer realm="locksmith"`
	if c.Header.Get("Authorization") != "" || l.has("a missing key is called a bad one") {
		challenge += `, error="invalid_token"`
	}
	reply.header = http.Header{"Www-Authenticate": {challenge}}
	return reply
}

// readsOnly refuses a write of a caller who may read.
func (l *locksmith) readsOnly() *lockReply {
	reply := problem(http.StatusForbidden, "the key may only read")
	code := "insufficient_scope"
	switch l.fault {
	case "a reader's write is a 401":
		reply = problem(http.StatusUnauthorized, "the key may only read")
	case "a reader's token is called bad":
		code = "invalid_token"
	}
	reply.header = http.Header{"Www-Authenticate": {`Bearer realm="locksmith", error="` + code + `"`}}
	return reply
}

// lent reports whether a secret is another workspace's and taken all the same.
func (l *locksmith) lent(client *lockClient, secret string) bool {
	if !l.has("a secret of another workspace will do") {
		return false
	}
	for _, other := range l.clients {
		for _, one := range other.secrets {
			if other.Workspace != client.Workspace && one.Value == secret && one.live(time.Now()) {
				return true
			}
		}
	}
	return false
}

// fromQuery reads a client's credentials where they do not belong, form-encoded as they
// are in a header.
func (l *locksmith) fromQuery(c *lockCall) (id, secret string, ok bool) {
	query := c.URL.Query()
	if !l.has("credentials in the query will do") || !query.Has("client_secret") {
		return "", "", false
	}
	form, _ := url.ParseQuery(string(c.body))
	return url.QueryEscape(cmp.Or(query.Get("client_id"), form.Get("client_id"))), url.QueryEscape(query.Get("client_secret")), true
}

// callersReplies are faults of replies, as replyFaults has them.
var callersReplies = map[string]func(*locksmith, *lockCall, *lockReply){
	"the token endpoint does not take the header": func(_ *locksmith, c *lockCall, reply *lockReply) {
		if c.URL.Path == "/oauth/token" && reply.status == http.StatusOK {
			reply.become(oauthError(http.StatusUnauthorized, "invalid_client"))
		}
	},
	"a token has no type": func(_ *locksmith, _ *lockCall, reply *lockReply) {
		delete(reply.object(), "token_type")
	},
	"old caches may keep a token": func(_ *locksmith, _ *lockCall, reply *lockReply) {
		if reply.object()["access_token"] != nil {
			reply.header["Pragma"] = nil
		}
	},
	"new caches may keep a token": func(_ *locksmith, _ *lockCall, reply *lockReply) {
		if reply.object()["access_token"] != nil {
			reply.header["Cache-Control"] = []string{"private, no-cache"}
		}
	},
	"a reader sees the secret": func(_ *locksmith, c *lockCall, reply *lockReply) {
		if c.is(http.MethodGet, 1) && reply.status == http.StatusOK && !c.who.writes {
			reply.object()["secret"] = c.client.secrets[0].Value
		}
	},
	"a reader's list has a header with the secret": func(l *locksmith, c *lockCall, reply *lockReply) {
		if c.is(http.MethodGet, 2) && reply.status == http.StatusOK && !c.who.writes {
			reply.header.Set("X-Newest", c.client.secrets[len(c.client.secrets)-1].Value)
		}
	},
	"a refusal names the workspace": func(l *locksmith, c *lockCall, reply *lockReply) {
		if i := l.index(c); reply.status == http.StatusNotFound && i >= 0 {
			reply.object()["detail"] = "there is no such client in " + c.who.workspace
		}
	},
	"a refusal has the version in a header": func(l *locksmith, c *lockCall, reply *lockReply) {
		if i := l.index(c); reply.status == http.StatusNotFound && i >= 0 {
			reply.header.Set("Etag", `"1"`)
		}
	},
}
