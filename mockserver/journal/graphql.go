package journal

import (
	"encoding/json"
	"net/url"
	"regexp"
	"strings"

	"github.com/keyturn/keyturn/mockserver/wire"
)

// In a GraphQL request the names are the client's own: a query may pass the secret
// of its argument secret in a variable s. So there every value is a secret. Those
// of identifiers are hidden where they stand but not looked for elsewhere, or the
// id of a user pool could be read nowhere.

// servesGraphQL reports whether GraphQL requests go to this path.
func servesGraphQL(target string) bool {
	path, _, _ := strings.Cut(target, "?")
	if plain, err := url.PathUnescape(path); err == nil {
		path = plain
	}
	for segment := range strings.SplitSeq(path, "/") {
		if strings.EqualFold(segment, "graphql") {
			return true
		}
	}
	return false
}

// operation rewrites the body of a GraphQL request, or of several at once.
func (rw rewriter) operation(value any) any {
	switch value := value.(type) {
	case wire.Array:
		list := make(wire.Array, len(value))
		for i, item := range value {
			list[i] = rw.operation(item)
		}
		return list
	case wire.Object:
		object, _ := rw.json(value).(wire.Object)
		if query, ok := value["query"].(string); ok {
			object["query"] = rw.query(query)
		}
		if variables, ok := value["variables"]; ok {
			object["variables"] = rw.variables(variables)
		}
		return object
	}
	return rw.json(value)
}

func (rw rewriter) variables(value any) any {
	if text, ok := value.(string); ok {
		return rw.variablesText(text)
	}
	return rw.leaves("", value, rw.argument)
}

// variablesText rewrites variables that are a text of JSON, as a query string has
// them.
func (rw rewriter) variablesText(text string) string {
	value, err := wire.Decode([]byte(text))
	if err != nil || !isStructured(value) {
		return rw.named(text)
	}
	shown, err := wire.Append(nil, rw.variables(value))
	if err != nil {
		return rw.named(text)
	}
	return string(shown)
}

func (rw rewriter) argument(name, value string) string {
	if identifying.MatchString(name) {
		return rw.hidden(value)
	}
	return rw.named(value)
}

// literal matches the strings of a query with the names before them, and the
// comments, in which a quotation mark begins no string.
var literal = regexp.MustCompile(`(?s)#[^\r\n]*|(?:([A-Za-z_]\w*)\s*:\s*)?(?:"""(.*?)(?:"""|\z)|"((?:[^"\\]|\\.)*)\\?"?)`)

func (rw rewriter) query(text string) string {
	text = rw.text(text)
	var b strings.Builder
	end := 0
	for _, at := range literal.FindAllStringSubmatchIndex(text, -1) {
		name := ""
		if at[2] >= 0 {
			name = text[at[2]:at[3]]
		}
		for _, group := range []int{4, 6} {
			if from, to := at[group], at[group+1]; from >= 0 && from < to {
				b.WriteString(text[end:from])
				b.WriteString(rw.literal(name, text[from:to]))
				end = to
			}
		}
	}
	return b.String() + text[end:]
}

// literal rewrites a string, and notes it also with its escapes undone.
func (rw rewriter) literal(name, value string) string {
	var plain string
	if err := json.Unmarshal([]byte(`"`+value+`"`), &plain); err == nil && plain != value {
		rw.argument(name, plain)
	}
	return rw.argument(name, value)
}
