package defect

import (
	"net/http"

	"github.com/keyturn/keyturn/mockserver/provider"
)

// heading changes the header of replies with this status.
func heading(status int, change func(http.Header), conditions ...condition) Hooks {
	return Hooks{Header: func(call *provider.Call, answered int, header http.Header) {
		if (status == anyStatus || status == answered) && all(conditions, call) {
			change(header)
		}
	}}
}

// anyStatus is the status of a heading that does not depend on it.
const anyStatus = 0

// without takes header fields away.
func without(names ...string) func(http.Header) {
	return func(header http.Header) {
		for _, name := range names {
			header.Del(name)
		}
	}
}

// with has a header field be this text.
func with(name, text string) func(http.Header) {
	return func(header http.Header) { header.Set(name, text) }
}

// challenged is with for the challenge of a refusal.
func challenged(text string) func(http.Header) { return with("WWW-Authenticate", text) }
