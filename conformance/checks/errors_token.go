package checks

import (
	"encoding/base64"
	"fmt"
	"mime"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/keyturn/keyturn/conformance"
	"github.com/keyturn/keyturn/conformance/profile"
)

// oddGrant asks for what no service has. A service that repeats it in its message has
// to leave out the quote, the backslash and the letter beyond ASCII.
const oddGrant = "keyturn\"\\\x7fключ"

// tokenErrorsAreWellFormed makes each endpoint refuse for reasons of several kinds.
func tokenErrorsAreWellFormed(s *conformance.Session) {
	c := subject(s)
	right := s.Proving(c.ID(), c.Secret.Value)
	for _, endpoint := range profile.TokenSide {
		if route := s.Profile().Route(endpoint); route == nil || !route.TokenSide() {
			continue
		}
		for _, attempt := range faultyForms(s, c, right) {
			if attempt.only != "" && attempt.only != endpoint {
				continue
			}
			reply := s.Call(endpoint, nil, attempt.options...)
			if reply.OK {
				s.FailOn(reply, "an error", "%s took %s", endpoint, attempt.words)
				giveBack(s, reply, right)
				continue
			}
			for _, breach := range tokenErrorBreaches(reply.HTTP(), reply.Response.Header, reply.JSON()) {
				s.FailOn(reply, "an error of RFC 6749 section 5.2", "the answer of %s to %s %s", endpoint, attempt.words, breach)
			}
		}
	}
}

// faultyForm is a request that no endpoint of the token side can do anything with.
type faultyForm struct {
	words   string
	only    string // endpoint; "" for each
	options []conformance.CallOption
}

// faultyForms are written by hand where a form as such is at fault. Then the client's
// credentials are in it, if that is the way they go.
func faultyForms(s *conformance.Session, c *conformance.Client, right conformance.CallOption) []faultyForm {
	own := ""
	if s.Profile().ClientAuth[0] == profile.Post {
		own = "&" + url.Values{"client_id": {c.ID()}, "client_secret": {c.Secret.Value}}.Encode()
	}
	form := func(text string) conformance.CallOption {
		return conformance.Body("application/x-www-form-urlencoded", []byte(text+own))
	}
	return []faultyForm{
		{words: "a wrong secret", options: []conformance.CallOption{s.Proving(c.ID(), s.ChooseSecret()), conformance.With("token", noToken)}},
		{words: "a form without anything that it needs", options: []conformance.CallOption{right, form("keyturn=1")}},
		{words: "a form that cannot be decoded", options: []conformance.CallOption{right, form("grant_type=%zz&token=%zz")}},
		{words: "a grant type that does not exist", only: "token", options: []conformance.CallOption{right, conformance.Member("/grant_type", oddGrant)}},
	}
}

// tokenErrors are the codes that a client may meet at the token side: those of RFC 6749
// section 5.2, and those that the registry has from later documents (RFC 7009, 8628,
// 8707, 9449).
var tokenErrors = []string{
	"invalid_request", "invalid_client", "invalid_grant", "unauthorized_client", "unsupported_grant_type", "invalid_scope",
	"unsupported_token_type", "authorization_pending", "slow_down", "access_denied", "expired_token", "invalid_target",
	"invalid_dpop_proof", "use_dpop_nonce",
}

// tokenErrorForms are the characters that the members of an error may have.
var tokenErrorForms = []struct {
	member string
	form   *regexp.Regexp
}{
	{"error_description", regexp.MustCompile(`^[\x20\x21\x23-\x5b\x5d-\x7e]*$`)},
	{"error_uri", regexp.MustCompile(`^[\x21\x23-\x5b\x5d-\x7e]*$`)},
}

// tokenErrorBreaches says in which ways a refusal is not what RFC 6749 section 5.2 has.
func tokenErrorBreaches(status int, header http.Header, body any) (breaches []string) {
	if status != http.StatusBadRequest && status != http.StatusUnauthorized {
		breaches = append(breaches, fmt.Sprintf("has HTTP %d, want 400 or 401", status))
	}
	given := header.Get("Content-Type")
	if media, _, err := mime.ParseMediaType(given); err != nil || media != "application/json" {
		breaches = append(breaches, fmt.Sprintf("has the Content-Type %q, want application/json", given))
	}
	object, ok := body.(map[string]any)
	if !ok {
		return append(breaches, "has no JSON object")
	}
	if code, _ := object["error"].(string); !slices.Contains(tokenErrors, code) {
		breaches = append(breaches, "has the error "+asJSON(object["error"])+", which is none that is registered for it")
	}
	for _, one := range tokenErrorForms {
		member, has := object[one.member]
		if text, is := member.(string); has && (!is || !one.form.MatchString(text)) {
			breaches = append(breaches, fmt.Sprintf("has %s with what it may not have: %s", one.member, asJSON(member)))
		}
	}
	return breaches
}

// basicAttemptsAreChallenged sends Authorization headers that prove nothing. That one
// of them cannot be read may also be told as a request that is not well formed.
func basicAttemptsAreChallenged(s *conformance.Session) {
	nobody := s.ChooseSecret()
	for _, endpoint := range profile.TokenSide {
		if route := s.Profile().Route(endpoint); route == nil || !route.TokenSide() {
			continue
		}
		for _, attempt := range []struct {
			words      string
			option     conformance.CallOption
			unreadable bool
		}{
			{"a client that does not exist", conformance.ProvingBy(profile.Basic, "keyturn-nobody", nobody), false},
			{"what is no base64", conformance.Header("Authorization", "Basic %%%"), true},
			{"a name without a colon", conformance.Header("Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte("keyturn-nobody"))), true},
		} {
			reply := s.Call(endpoint, profile.Values{"token": noToken}, attempt.option)
			what := endpoint + " with " + attempt.words + " in the Authorization header"
			switch {
			case reply.OK:
				s.FailOn(reply, "HTTP 401 with a challenge for Basic", "%s is taken", what)
				continue
			case attempt.unreadable && missingParameter(reply):
				continue
			case reply.HTTP() != http.StatusUnauthorized:
				s.FailOn(reply, "HTTP 401 with a challenge for Basic", "%s: %s", what, reply)
				continue
			}
			given := reply.Response.Header.Values("WWW-Authenticate")
			if !challengesFor(reply.Response.Header, "Basic") {
				s.FailOn(reply, "a challenge for Basic", "%s is 401, and WWW-Authenticate is %q", what, given)
			} else if !basicRealm.MatchString(strings.Join(given, ", ")) {
				s.FailOn(reply, "a realm in the challenge for Basic", "%s is 401, and WWW-Authenticate is %q", what, given)
			}
		}
	}
}

// basicRealm is a challenge for Basic with the parameter that RFC 7617 section 2 makes
// it have, before any other challenge begins.
var basicRealm = regexp.MustCompile(`(?i)(?:^|,)[ \t]*basic[ \t]+(?:[a-z0-9_-]+[ \t]*=[ \t]*(?:"(?:[^"\\]|\\.)*"|[^\s,"]*)[ \t]*,[ \t]*)*realm[ \t]*=`)
