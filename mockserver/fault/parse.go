package fault

import (
	"errors"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/keyturn/keyturn/mockserver/client"
)

// Parse reads a fault as it is asked for: its match, its effect and its times. What a
// Set gives, such as an id, is nothing to ask for. Errors: Malformed for what is no
// JSON, Invalid for a member that there is none of, a value of the wrong type and all
// that Check finds, at a JSON pointer.
func Parse(raw []byte) (Fault, error) {
	var asked struct {
		Match  Match  `json:"match"`
		Effect Effect `json:"effect"`
		Times  int    `json:"times"`
	}
	if err := json.Unmarshal(raw, &asked, json.RejectUnknownMembers(true)); err != nil {
		return Fault{}, explain(err)
	}
	f := Fault{Match: asked.Match, Effect: asked.Effect.resolved(), Times: asked.Times}
	return f, f.Check()
}

func explain(err error) error {
	wrong, ok := errors.AsType[*json.SemanticError](err)
	if !ok {
		// Its text repeats nothing of the input but a character.
		return client.Errorf(client.Malformed, "the body is no JSON object: %s", strings.TrimPrefix(err.Error(), "jsontext: "))
	}
	at := string(wrong.JSONPointer)
	switch {
	case errors.Is(err, json.ErrUnknownName):
		return client.Errorf(client.Invalid, "there is no such member here, want %s", membersOf(wrong.JSONPointer.Parent())).At(at)
	case wrong.JSONKind == jsontext.KindString && wrong.Err != nil && strings.Contains(wrong.Err.Error(), "duration"):
		return client.Errorf(client.Invalid, "%s", wrong.Err).At(at)
	default:
		return client.Errorf(client.Invalid, "want %s", expected(wrong.JSONPointer)).At(at)
	}
}

// members are those of each object of a fault.
var members = map[jsontext.Pointer]string{
	"":                           "match, effect or times",
	"/match":                     "provider, operation, client, method, path, nth, probability or seed",
	"/effect":                    "when, status, latency, throttle, reset, empty, truncate or drip",
	"/effect/latency":            "fixed, uniform or log_normal",
	"/effect/latency/uniform":    "min or max",
	"/effect/latency/log_normal": "median or sigma",
	"/effect/throttle":           "limit or per",
	"/effect/drip":               "bytes or every",
}

func membersOf(object jsontext.Pointer) string { return members[object] }

// others are the members that are neither texts nor objects.
var others = map[jsontext.Pointer]string{
	"/match/nth":                        "a whole number of 0 or more",
	"/match/probability":                "a number from 0 to 1",
	"/match/seed":                       "a whole number from 0 to 9007199254740991",
	"/effect/status":                    "a whole number from 400 to 599",
	"/effect/reset":                     "true or false",
	"/effect/empty":                     "true or false",
	"/effect/truncate":                  "a whole number of 0 or more",
	"/effect/latency/fixed":             durationText,
	"/effect/latency/uniform/min":       durationText,
	"/effect/latency/uniform/max":       durationText,
	"/effect/latency/log_normal/median": durationText,
	"/effect/latency/log_normal/sigma":  "a number of more than 0",
	"/effect/throttle/limit":            "a whole number of 0 or more",
	"/effect/throttle/per":              durationText,
	"/effect/drip/bytes":                "a whole number of 1 or more",
	"/effect/drip/every":                durationText,
	"/times":                            "a whole number of 0 or more",
}

const durationText = "a duration such as 1.5s, 20m or 36h, as a text"

func expected(at jsontext.Pointer) string {
	if other, known := others[at]; known {
		return other
	}
	if inside, object := members[at]; object {
		return "an object with " + inside
	}
	return "a text"
}
