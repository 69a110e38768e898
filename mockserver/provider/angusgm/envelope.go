package angusgm

import (
	"cmp"
	"net/http"
	"strings"
	"time"

	"github.com/keyturn/keyturn/mockserver/provider"
	"github.com/keyturn/keyturn/mockserver/wire"
)

const (
	codeSuccess  = "S"
	codeProtocol = "E0"
	codeSystem   = "E2"
)

// success is what the envelope says of a success, by language. English is what
// everybody else gets.
var success = map[string]string{"en": "Success", "zh": "成功"}

// enveloped is the envelope of a success around its data, which may be nil.
func enveloped(call *provider.Call, data any) wire.Object {
	return envelope(codeSuccess, success[language(call.HTTP)], data, wire.Object{}, call.Now)
}

func envelope(code, message string, data any, ext wire.Object, now time.Time) wire.Object {
	return wire.Object{"code": code, "msg": message, "data": data, "datetime": writeDate(now), "ext": ext}
}

// ok answers with an envelope.
func ok(call *provider.Call, data any) provider.Reply { return provider.OK(enveloped(call, data)) }

// created answers a registration.
func created(call *provider.Call, data any) provider.Reply {
	reply := ok(call, data)
	if !settingsOf(call).plainOK {
		reply.Status = http.StatusCreated
	}
	return reply
}

// deleted answers a deletion.
func deleted(call *provider.Call) provider.Reply {
	if settingsOf(call).plainOK {
		return ok(call, nil)
	}
	return provider.Reply{Status: http.StatusNoContent}
}

// language is the one the caller prefers, of those there are. The first place that
// names a language decides.
func language(r *http.Request) string {
	query := r.URL.Query()
	wanted := strings.TrimSpace(strings.ToLower(cmp.Or(
		query.Get("lang"), query.Get("locale"), query.Get("language"),
		r.Header.Get("X-Lang"), r.Header.Get("Accept-Language"),
	)))
	if end := strings.IndexAny(wanted, "-_,;"); end >= 0 {
		wanted = wanted[:end]
	}
	if _, spoken := success[wanted]; spoken {
		return wanted
	}
	return "en"
}
