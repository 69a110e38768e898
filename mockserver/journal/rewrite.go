package journal

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/keyturn/keyturn/mockserver/wire"
)

// rewriter walks an exchange and rewrites its texts: those that stand where secrets
// stand with named, all the others with plain. Finding secrets and replacing them
// is the same walk with other functions, so neither can know a place that the other
// does not.
type rewriter struct {
	named func(value string) string
	plain func(text string) string
}

func (rw rewriter) entry(e *Entry) Shown {
	return Shown{
		ID: e.ID, At: e.At, Took: e.Duration, Provider: e.Provider, Operation: e.Operation, Status: e.Status,
		Method:    valid(rw.plain(e.Method)),
		URL:       valid(rw.url(e.Target)),
		Request:   Message{Header: rw.header(e.RequestHeader), Body: rw.body(e.RequestHeader, e.RequestBody)},
		Reply:     Message{Header: rw.header(e.ReplyHeader), Body: rw.body(e.ReplyHeader, e.ReplyBody)},
		Violation: valid(rw.text(e.Violation)),
	}
}

// valid makes text fit for JSON, whatever bytes a client sent.
func valid(text string) string { return strings.ToValidUTF8(text, string(utf8.RuneError)) }

func (rw rewriter) body(header http.Header, data []byte) any {
	if len(data) == 0 {
		return nil
	}
	media, _, _ := strings.Cut(header.Get("Content-Type"), ";")
	media = strings.ToLower(strings.TrimSpace(media))
	switch {
	case media == "application/json", strings.HasSuffix(media, "+json"), media == "" && (data[0] == '{' || data[0] == '['):
		value, err := wire.Decode(data)
		if err != nil {
			rw.text(string(data)) // its secrets may stand elsewhere too
			return withheld(data, "malformed JSON")
		}
		return rw.json(value)
	case !utf8.Valid(data):
		return withheld(data, "no text")
	case media == "application/x-www-form-urlencoded":
		return valid(rw.pairs(rw.plain(string(data))))
	case media == "", media == "text/plain", media == "text/html", media == "application/graphql":
		return rw.text(string(data))
	default:
		rw.text(string(data))
		return withheld(data, "of a media type that is not looked into")
	}
}

func withheld(data []byte, why string) string {
	return fmt.Sprintf("[withheld: %d bytes, %s]", len(data), why)
}

// json rewrites a JSON value.
func (rw rewriter) json(value any) any {
	switch value := value.(type) {
	case string:
		return rw.text(value)
	case wire.Array:
		list := make(wire.Array, len(value))
		for i, item := range value {
			list[i] = rw.json(item)
		}
		return list
	case wire.Object:
		object := make(wire.Object, len(value))
		key := isKey(value)
		for name, member := range value {
			if isSecretName(name) || key && privateMembers[plainName(name)] {
				object[rw.plain(name)] = rw.secret(member)
			} else {
				object[rw.plain(name)] = rw.json(member)
			}
		}
		return object
	}
	return value
}

// secret rewrites what is below a member with a secret's name: all of it is taken
// for a secret, whatever its shape.
func (rw rewriter) secret(value any) any {
	switch value := value.(type) {
	case string:
		return rw.named(value)
	case float64:
		return rw.named(strconv.FormatFloat(value, 'f', -1, 64))
	case wire.Array:
		list := make(wire.Array, len(value))
		for i, item := range value {
			list[i] = rw.secret(item)
		}
		return list
	case wire.Object:
		object := make(wire.Object, len(value))
		for name, member := range value {
			object[rw.plain(name)] = rw.secret(member)
		}
		return object
	}
	return value
}
