package journal

import (
	"encoding/json"
	"regexp"
	"strings"
)

// assignment finds secrets by name in the midst of a text: secret: "..." as GraphQL
// has it, also in triple quotes, "secret": "..." as JSON within a text,
// secret=... as forms have it, and <secret>...</secret> as XML has it. Prose such as
// "token: must not be empty" is left alone, which is why a value after a colon must
// be quoted.
var assignment = regexp.MustCompile(`(?is)([a-z0-9_.-]*` +
	`(?:secret(?:[_-]?key)?|pass[_-]?(?:word|wd|phrase)|pwd|token|private[_-]?key|api[_-]?key|assertion)s?(?:[_-]?values?)?)` +
	`(?:` +
	`(\\*["']?\s*[:=]\s*""")(.*?)"""` +
	`|(\\*["']?\s*[:=]\s*")((?:[^"\\]|\\.)*)` +
	`|(\\*["']?\s*[:=]\s*\\+")([^"\\]*)` +
	`|(["']?\s*[:=]\s*')([^']*)` +
	`|(>)([^<]*)</` +
	`|(=)(` + regexp.QuoteMeta(markStart) + `[0-9a-f]{8}\]|[^\s&"'<>;,]+)` +
	`)`)

// assigning are the characters without one of which there is no assignment.
const assigning = ":=>"

// text rewrites what has no other structure.
func (rw rewriter) text(text string) string {
	text = rw.plain(text)
	if shown, ok := rw.nested(text); ok {
		return shown
	}
	if !strings.ContainsAny(text, assigning) {
		return text // as most texts are, and the search is dear
	}
	var b strings.Builder
	end := 0
	for _, at := range assignment.FindAllStringSubmatchIndex(text, -1) {
		for group := 4; group < len(at); group += 4 {
			if at[group] < 0 {
				continue
			}
			from, to := at[group+2], at[group+3]
			b.WriteString(text[end:from])
			b.WriteString(rw.assigned(text[from:to]))
			end = to
		}
	}
	if end == 0 {
		return text
	}
	return b.String() + text[end:]
}

// assigned rewrites a value in the midst of a text, and notes it also with its
// escapes undone.
func (rw rewriter) assigned(value string) string {
	var plain string
	if err := json.Unmarshal([]byte(`"`+value+`"`), &plain); err == nil {
		rw.named(plain)
	}
	return rw.escaped(value)
}
