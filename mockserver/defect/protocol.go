package defect

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"github.com/keyturn/keyturn/mockserver/provider"
	"github.com/keyturn/keyturn/mockserver/wire"
)

// protocol lists breaches of HTTP and of the forms of values and errors that a client
// may live with for long: a field, a date, a method.
func protocol() []Defect {
	return []Defect{
		{
			ID: "envelope-date-has-another-form", About: "The time in an envelope is an RFC 3339 date-time.",
			Providers: []string{angus}, hooks: plain(replying(func(call *provider.Call, reply *provider.Reply) {
				overwrite(reply, call.Now.UTC().Format(time.RFC3339), "/datetime")
			}, read, list, rotate, update, create)),
		},
		{
			ID: "success-has-an-error-code", About: "A success has a member that only failures have.",
			Providers: []string{v3}, hooks: plain(replying(func(_ *provider.Call, reply *provider.Reply) { put(reply, "/apiCode", 0) }, read, list, rotate, reveal)),
		},
		{
			ID: "rotation-names-another-tenant", About: "The answer to a rotation names another tenant than the request.",
			Providers: []string{v2, identity}, hooks: plain(replying(overwriting("another", "/data/userPoolId", "/tenant"), rotate)),
		},
		{
			ID: "problem-is-plain-json", About: "A problem comes as application/json.",
			Providers: []string{identity}, hooks: plain(refusing(func(_ *provider.Call, reply *provider.Reply) {
				if strings.Contains(reply.Media, "problem") {
					reply.Media = "application/json"
				}
			})),
		},
		{
			ID: "failures-share-an-id", About: "Every failure has the same id.",
			Providers: []string{v2, identity}, hooks: plain(refusing(overwriting("6f1c2a34-0000-4000-8000-5b7d9e0f1a2b", "/uniqueId", "/identifier"))),
		},
		{
			ID: "token-error-has-quotes", About: "The description of an error at the token endpoint has characters that RFC 6749 does not allow there.",
			Providers: everywhere, hooks: plain(refusing(overwriting(`the "client" is not known`, "/error_description"), token)),
		},
		{
			ID: "challenge-has-no-realm", About: "The Basic challenge of the token side has no realm.",
			Providers: everywhere, hooks: plain(heading(http.StatusUnauthorized, func(header http.Header) {
				if header.Get("WWW-Authenticate") != "" {
					header.Set("WWW-Authenticate", "Basic")
				}
			}, tokenSide)),
		},
		{
			ID: "head-may-be-stored", About: "The answer to a HEAD lacks the Cache-Control that a GET has.",
			Providers: everywhere, hooks: plain(heading(anyStatus, without("Cache-Control"), func(call *provider.Call) bool {
				return call.HTTP.Method == http.MethodHead
			})),
		},
		{
			ID: "media-type-is-ignored", About: "A body is read as JSON whatever its Content-Type says.",
			Providers: everywhere, hooks: plain(calling(func(call *provider.Call) {
				if len(call.Raw) > 0 {
					ownRequest(call).Header.Set("Content-Type", "application/json")
				}
			}, create, rotate, update, replace)),
		},
		{
			ID: "method-is-overridden", About: "A header says what method a request is meant to have, and is believed.",
			Providers: []string{v2, identity}, hooks: plain(Hooks{Route: overridden}),
		},
		{
			ID: "refusal-has-no-date", About: "A refusal does not say when it was made.",
			Providers: everywhere, hooks: plain(Hooks{Header: func(_ *provider.Call, status int, header http.Header) {
				if status >= http.StatusBadRequest {
					header["Date"] = nil // the server of package net/http then leaves it out
				}
			}}),
		},
		{
			ID: "clocks-disagree", About: "Every seventh reply is dated a minute ahead.",
			Providers: everywhere, hooks: clocksDisagree,
		},
		{
			ID: "member-given-twice", About: "Of a member that is given twice, now the first counts and now the last.",
			Providers: everywhere, hooks: eitherOfTwo,
		},
	}
}

func overridden(r *http.Request) *http.Request {
	if method := r.Header.Get("X-HTTP-Method-Override"); method != "" {
		return withMethod(r, strings.ToUpper(method))
	}
	return r
}

func clocksDisagree() []Hooks {
	const seventh = 7
	var replies atomic.Uint32
	return []Hooks{{Header: func(call *provider.Call, _ int, header http.Header) {
		if replies.Add(1)%seventh == 0 {
			header.Set("Date", call.Now.Add(time.Minute).UTC().Format(http.TimeFormat))
		}
	}}}
}

// eitherOfTwo takes a body with a member that is given twice, which nobody else does.
func eitherOfTwo() []Hooks {
	var turn atomic.Uint32
	return []Hooks{calling(func(call *provider.Call) {
		members, ok := membersOf(call.Raw)
		if !ok || wellFormed(call) {
			return
		}
		first := turn.Add(1)%2 == 0
		body := wire.Object{}
		for _, member := range members {
			if _, given := body[member.name]; given && first {
				continue
			}
			body[member.name] = member.value
		}
		if raw, err := wire.Append(nil, body); err == nil {
			call.Raw = raw
		}
	}, create, rotate, update, replace, "")}
}

type member struct {
	name  string
	value any
}

// membersOf reads the members of an object one by one, whether they are all different
// or not.
func membersOf(raw []byte) ([]member, bool) {
	decoder := json.NewDecoder(bytes.NewReader(raw))
	if start, err := decoder.Token(); err != nil || start != json.Delim('{') {
		return nil, false
	}
	var all []member
	for decoder.More() {
		name, err := decoder.Token()
		if err != nil {
			return nil, false
		}
		one := member{}
		one.name, _ = name.(string)
		if err := decoder.Decode(&one.value); err != nil {
			return nil, false
		}
		all = append(all, one)
	}
	_, err := decoder.Token()
	return all, err == nil && !decoder.More()
}
