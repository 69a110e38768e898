package journal

import (
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/keyturn/keyturn/mockserver/wire"
)

// Archive says what an HTTP archive holds beside its entries.
type Archive struct {
	// Creator and Version name the program that writes it.
	Creator, Version string
	// Base is the address that the paths are below, such as http://127.0.0.1:4010.
	Base string
}

// notKnown is HAR's number for a size that nobody knows.
const notKnown = -1

// WriteHAR writes the entries as an HTTP archive, version 1.2, in the order given.
// The archive holds what is shown and nothing else: sizes are those of the shown
// bodies, and cookies are among the headers alone, where they are replaced. Members
// that the format does not have begin with an underscore. Errors are those of w.
func WriteHAR(w io.Writer, entries []Shown, archive Archive) error {
	head, err := wire.Append(nil, wire.Object{"name": archive.Creator, "version": archive.Version})
	if err != nil {
		return fmt.Errorf("the creator of the archive: %w", err)
	}
	text := append(append([]byte(`{"log":{"version":"1.2","creator":`), head...), `,"entries":[`...)
	for i := range entries {
		if i > 0 {
			text = append(text, ',')
		}
		if text, err = wire.Append(text, archive.entry(&entries[i])); err != nil {
			return fmt.Errorf("entry %d of the archive: %w", entries[i].ID, err)
		}
		if _, err := w.Write(text); err != nil {
			return err
		}
		text = text[:0]
	}
	_, err = w.Write(append(text, "]}}\n"...))
	return err
}

func (a Archive) entry(e *Shown) wire.Object {
	took := float64(e.Took.Microseconds()) / 1000
	return wire.Object{
		"startedDateTime": e.At.UTC().Format(time.RFC3339Nano),
		"time":            took,
		"request":         a.request(e),
		"response":        harResponse(e),
		"cache":           wire.Object{},
		"timings":         wire.Object{"send": 0, "wait": took, "receive": 0},
		"_id":             int64(e.ID),
		"_requestId":      e.RequestID,
		"_provider":       e.Provider,
		"_operation":      e.Operation,
		"_violation":      e.Violation,
		"_fault":          e.Fault,
	}
}

func (a Archive) request(e *Shown) wire.Object {
	_, query, _ := strings.Cut(e.URL, "?")
	request := wire.Object{
		"method":      e.Method,
		"url":         a.url(e.URL),
		"httpVersion": httpVersion(e.Proto),
		"cookies":     wire.Array{},
		"headers":     harHeaders(e.Request.Header),
		"queryString": harPairs(query),
		"headersSize": notKnown,
		"bodySize":    0,
	}
	if e.Request.Body != nil {
		request["bodySize"] = notKnown
		request["postData"] = harPostData(e.Request)
	}
	return request
}

// url is absolute and has no character that a URL may not have, so that a mark's
// sharp begins no fragment.
func (a Archive) url(target string) string {
	base := strings.TrimSuffix(a.Base, "/")
	if !strings.HasPrefix(target, "/") {
		base += "/"
	}
	var b strings.Builder
	b.WriteString(base)
	for i, c := range []byte(target) {
		if strings.IndexByte(urlCharacters, c) >= 0 || c == '%' && isEscape(target[i:]) {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	return b.String()
}

// urlCharacters are those of a path and a query (RFC 3986 sections 3.3 and 3.4).
const urlCharacters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-._~!$&'()*+,;=:@/?"

func isEscape(text string) bool {
	const hexDigits = "0123456789ABCDEFabcdef"
	return len(text) > 2 && strings.IndexByte(hexDigits, text[1]) >= 0 && strings.IndexByte(hexDigits, text[2]) >= 0
}

func httpVersion(proto string) string {
	if proto == "" {
		return "unknown"
	}
	return proto
}

func harResponse(e *Shown) wire.Object {
	text := harText(e.Reply.Body)
	return wire.Object{
		"status":      e.Status,
		"statusText":  http.StatusText(e.Status),
		"httpVersion": httpVersion(e.Proto),
		"cookies":     wire.Array{},
		"headers":     harHeaders(e.Reply.Header),
		"content":     wire.Object{"size": len(text), "mimeType": mimeType(e.Reply.Header), "text": text},
		"redirectURL": e.Reply.Header.Get("Location"),
		"headersSize": notKnown,
		"bodySize":    notKnown,
	}
}

// harPostData has either the text or, for a form, its parameters: the format wants
// one of them.
func harPostData(m Message) wire.Object {
	media := mimeType(m.Header)
	text, isText := m.Body.(string)
	if isText && strings.EqualFold(mediaOf(m.Header), "application/x-www-form-urlencoded") && !strings.HasPrefix(text, "[withheld: ") {
		return wire.Object{"mimeType": media, "params": harPairs(text)}
	}
	return wire.Object{"mimeType": media, "text": harText(m.Body)}
}

func mimeType(header http.Header) string {
	if media := header.Get("Content-Type"); media != "" {
		return media
	}
	return "x-unknown"
}

// harText is a body as text. What Redact returns is a JSON tree.
func harText(body any) string {
	switch body := body.(type) {
	case nil:
		return ""
	case string:
		return body
	default:
		text, err := wire.Append(nil, body)
		if err != nil {
			return withheld(0, "no JSON")
		}
		return string(text)
	}
}

func harHeaders(header http.Header) wire.Array {
	list := wire.Array{}
	for _, name := range slices.Sorted(maps.Keys(header)) {
		for _, value := range header[name] {
			list = append(list, wire.Object{"name": name, "value": value})
		}
	}
	return list
}

func harPairs(text string) wire.Array {
	list := wire.Array{}
	if text == "" {
		return list
	}
	for pair := range strings.SplitSeq(text, "&") {
		name, value, _ := strings.Cut(pair, "=")
		list = append(list, wire.Object{"name": harPart(name), "value": harPart(value)})
	}
	return list
}

// harPart undoes the escaping, but not of what was already shown without it.
func harPart(text string) string {
	if strings.Contains(text, markStart) {
		return text
	}
	return valid(unescaped(text))
}
