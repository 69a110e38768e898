package journal

import (
	"bytes"
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"github.com/keyturn/keyturn/mockserver/wire"
)

// finder looks for an id that stands by itself in a query or a body.
type finder struct {
	id      string
	graphQL bool
}

// pairs looks at the values of name=value&name=value.
func (f finder) pairs(text string) bool {
	if !f.mayHold([]byte(text)) {
		return false
	}
	for pair := range strings.SplitSeq(text, "&") {
		name, value, _ := strings.Cut(pair, "=")
		if value = unescaped(value); value == f.id || f.graphQL && f.member(unescaped(name), value) {
			return true
		}
	}
	return false
}

// body looks into what is JSON or a form; of anything else nobody could say where a
// value begins.
func (f finder) body(e *Entry) bool {
	if !f.mayHold(e.RequestBody) {
		return false
	}
	media := mediaOf(e.RequestHeader)
	isJSON := media == "application/json" || strings.HasSuffix(media, "+json")
	if isJSON || media == "" {
		if value, err := wire.Decode(e.RequestBody); err == nil {
			return f.tree(value)
		}
	}
	if media == "application/x-www-form-urlencoded" || media == "" && surelyForm.Match(e.RequestBody) {
		return f.pairs(string(e.RequestBody))
	}
	return false
}

// mayHold rules most texts out: the id neither stands in them nor can an escape hide
// it.
func (f finder) mayHold(text []byte) bool {
	return bytes.Contains(text, []byte(f.id)) || bytes.ContainsAny(text, `%+\`)
}

// tree looks at the texts and numbers of a JSON value.
func (f finder) tree(value any) bool {
	switch value := value.(type) {
	case string:
		return value == f.id
	case float64:
		return strconv.FormatFloat(value, 'f', -1, 64) == f.id
	case wire.Array:
		return slices.ContainsFunc(value, f.tree)
	case wire.Object:
		for name, item := range value {
			if text, ok := item.(string); ok && f.graphQL && f.member(name, text) || f.tree(item) {
				return true
			}
		}
	}
	return false
}

// member looks at what a GraphQL request may have as a text: a query with its
// literals, and variables.
func (f finder) member(name, text string) bool {
	switch name {
	case "query":
		return f.literals(text)
	case "variables":
		value, err := wire.Decode([]byte(text))
		return err == nil && f.tree(value)
	}
	return false
}

func (f finder) literals(query string) bool {
	for _, parts := range literal.FindAllStringSubmatch(query, -1) {
		var plain string
		if block, quoted := parts[2], parts[3]; block == f.id || quoted == f.id ||
			json.Unmarshal([]byte(`"`+quoted+`"`), &plain) == nil && plain == f.id {
			return true
		}
	}
	return false
}
