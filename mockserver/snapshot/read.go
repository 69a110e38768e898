package snapshot

import (
	"errors"
	"reflect"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/keyturn/keyturn/mockserver/client"
	"github.com/keyturn/keyturn/mockserver/wire"
)

// read decodes one member strictly.
func read(at string, value jsontext.Value, into any) error {
	if value.Kind() == jsontext.KindNull {
		return client.Errorf(client.Invalid, "want %s, it is null", kindOf(reflect.TypeOf(into).Elem())).At(at)
	}
	err := json.Unmarshal(value, into, json.RejectUnknownMembers(true))
	if err == nil {
		return nil
	}
	wrong, ok := errors.AsType[*json.SemanticError](err)
	if !ok {
		return client.Errorf(client.Invalid, "it cannot be read").At(at)
	}
	at += string(wrong.JSONPointer)
	switch {
	case errors.Is(err, json.ErrUnknownName):
		return client.Errorf(client.Invalid, "there is no such member here").At(at)
	case wrong.GoType == reflect.TypeFor[wire.Duration]() && wrong.JSONKind == jsontext.KindString:
		return client.Errorf(client.Invalid, "%s", wrong.Err).At(at)
	default:
		return client.Errorf(client.Invalid, "want %s", kindOf(wrong.GoType)).At(at)
	}
}

// kindOf is what JSON has for the type.
func kindOf(of reflect.Type) string {
	switch {
	case of == reflect.TypeFor[time.Time]():
		return "a time as RFC 3339 has it, as a text"
	case of == reflect.TypeFor[wire.Duration]():
		return "a duration such as 1.5s, 20m or 36h, as a text"
	case of == reflect.TypeFor[[]byte]():
		return "base64 as RFC 4648 section 4 has it, as a text"
	case of == nil:
		return "another value"
	}
	switch of.Kind() {
	case reflect.String:
		return "a text"
	case reflect.Bool:
		return "true or false"
	case reflect.Int, reflect.Int64:
		return "a whole number"
	case reflect.Uint64:
		return "a whole number of 0 or more"
	case reflect.Float64:
		return "a number"
	case reflect.Slice:
		return "a list"
	default:
		return "an object"
	}
}
