package journal

import (
	"net/http"
	"regexp"
	"strings"

	"github.com/keyturn/keyturn/mockserver/wire"
)

// body rewrites a body, of which size is known when it was not kept. Only JSON and
// forms say by themselves where a value begins and what its name is, so that no
// spelling of the name can hide it. Any other body is withheld.
func (rw rewriter) body(header http.Header, data []byte, size int) any {
	size = max(size, len(data))
	switch {
	case size == 0:
		return nil
	case size > maxText:
		return withheld(size, tooLong)
	}
	shown, refused := rw.content(mediaOf(header), data)
	if refused != "" {
		rw.text(string(data)) // its secrets may stand elsewhere too
		shown = withheld(size, refused)
	}
	if rw.overfull() {
		return withheld(size, tooMany)
	}
	return shown
}

func mediaOf(header http.Header) string {
	media, _, _ := strings.Cut(header.Get("Content-Type"), ";")
	return strings.ToLower(strings.TrimSpace(media))
}

// content returns the rewritten body, or why it cannot be shown.
func (rw rewriter) content(media string, data []byte) (shown any, refused string) {
	switch {
	case media == "application/json", strings.HasSuffix(media, "+json"):
		value, err := wire.Decode(data)
		if err != nil {
			return nil, "malformed JSON"
		}
		return rw.document(value), ""
	case media == "application/x-www-form-urlencoded":
		if !isForm(string(data)) {
			return nil, "malformed form"
		}
		return rw.form(data), ""
	case media != "":
		return nil, "of a media type that is not looked into"
	}
	if value, err := wire.Decode(data); err == nil && isStructured(value) {
		return rw.document(value), ""
	}
	if surelyForm.Match(data) {
		return rw.form(data), ""
	}
	return nil, "of no media type"
}

func (rw rewriter) document(value any) any {
	if rw.graphQL {
		return rw.operation(value)
	}
	return rw.json(value)
}

func (rw rewriter) form(data []byte) string { return valid(rw.pairs(rw.plain(string(data)))) }

func isStructured(value any) bool {
	switch value.(type) {
	case wire.Object, wire.Array:
		return true
	}
	return false
}

// isForm reports whether what is declared to be a form can be one: other formats
// have a character in what would be the first name, or more than one line.
func isForm(text string) bool {
	if strings.ContainsAny(text, "\r\n") {
		return false
	}
	for pair := range strings.SplitSeq(text, "&") {
		name, _, _ := strings.Cut(pair, "=")
		if strings.ContainsAny(name, "{}<>\"':;,\\ \t") {
			return false
		}
	}
	return true
}

// surelyForm matches a form that nothing declares to be one: every character that
// has a meaning in some other format is escaped.
var surelyForm = regexp.MustCompile(`^[\w.%+*~-]+=[\w.%+*~-]+(?:&[\w.%+*~-]+=[\w.%+*~-]+)*$`)
