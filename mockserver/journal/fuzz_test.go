package journal

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// FuzzRedact plants a secret by name in one place and by value in many others, and
// looks for it in everything that is shown.
func FuzzRedact(f *testing.F) {
	for _, seed := range []string{
		secret, "2b0f6a7c9d4e4f1e8a35c7d21b96e0f4", `quote " and \ and `, "a&b=c?d#e/f%2fg+h", "héllo wörld", "<script>&amp;", "        ", "::::::::", "....../..", "{\"secret\":",
	} {
		for place := range namedPlaces("") {
			f.Add(seed, place, "client")
		}
	}
	f.Fuzz(func(t *testing.T, planted string, place int, id string) {
		if utf8.RuneCountInString(planted) < minValue || !utf8.ValidString(planted) || !utf8.ValidString(id) || strings.Contains(id, ":") {
			t.Skip("not found by value")
		}
		if strings.ContainsAny(planted, "[]\x00\r\n") {
			t.Skip("a mark may complete it, or no header can hold it")
		}
		places := namedPlaces(planted)
		named := places[uint(place)%uint(len(places))]
		const stranger = "\x01\x01\x01\x01\x01\x01\x01\x01"
		without := texts(NewRedactor().Redact(append(plantByValue(stranger, id), namedPlaces(stranger)...), nil, all))
		redactor := NewRedactor()
		list := redactor.Redact(append(plantByValue(planted, id), named), nil, all)
		live := append(redactor.NewSession(nil, nil).Redact([]Entry{named}, nil), sessionAfter(redactor, named).Redact(plantByValue(planted, id), nil)...)
		for way, shown := range map[string][]string{"list": texts(list), "session": texts(live), "archive": archived(t, list)} {
			for _, spelling := range spelledOut(planted, id) {
				holds := func(text string) bool { return strings.Contains(text, spelling) }
				if at := slices.IndexFunc(shown, holds); at >= 0 && !slices.ContainsFunc(without, holds) {
					t.Errorf("%s: planted %q in place %d; %q is in %q", way, planted, place, spelling, shown[at])
				}
			}
		}
	})
}

// sessionAfter is a session that has shown the entry.
func sessionAfter(r *Redactor, e Entry) *Session {
	s := r.NewSession(nil, nil)
	s.Redact([]Entry{e}, nil)
	return s
}

// archived are all the texts in an archive of the entries, but for those that the
// format has.
func archived(t *testing.T, shown []Shown) []string {
	t.Helper()
	var all []string
	var walk func(v any)
	walk = func(v any) {
		switch v := v.(type) {
		case string:
			all = append(all, v)
		case []any:
			for _, item := range v {
				walk(item)
			}
		case map[string]any:
			for _, member := range v {
				walk(member)
			}
		}
	}
	for _, entry := range archive(t, shown) {
		delete(entry, "startedDateTime")
		walk(entry)
	}
	return all
}

// texts are all the texts that are shown.
func texts(shown []Shown) []string {
	var all []string
	var walk func(v any)
	walk = func(v any) {
		switch v := v.(type) {
		case string:
			all = append(all, v)
		case []any:
			for _, item := range v {
				walk(item)
			}
		case map[string]any:
			for name, member := range v {
				all = append(all, name)
				walk(member)
			}
		}
	}
	for _, entry := range shown {
		all = append(all, entry.Method, entry.URL, entry.Violation, entry.RequestID, entry.Proto, entry.Fault)
		for _, use := range entry.Uses {
			all = append(all, use.Client, use.Secret, use.Fingerprint)
		}
		for _, change := range entry.Changes {
			all = append(all, change.Client, change.Secret, change.Fingerprint)
		}
		for _, message := range []Message{entry.Request, entry.Reply} {
			walk(message.Body)
			for name, values := range message.Header {
				all = append(append(all, name), values...)
			}
		}
	}
	return all
}

// namedPlaces are entries that say by name that the value is a secret.
func namedPlaces(value string) []Entry {
	quoted, _ := json.Marshal(value)
	jsonHeader := http.Header{"Content-Type": {"application/json"}}
	query, _ := json.Marshal("mutation { refresh(secret: " + string(quoted) + ") { id } }")
	literal, _ := json.Marshal("{ f(s: " + string(quoted) + ") { id } }")
	basic := base64.StdEncoding.EncodeToString([]byte("someone:" + value))
	encoded := base64.StdEncoding.EncodeToString([]byte("someone:" + url.QueryEscape(value)))
	return []Entry{
		{RequestHeader: jsonHeader, RequestBody: []byte(`{"a":[{"clientSecret":` + string(quoted) + `}]}`)},
		{ReplyHeader: jsonHeader, ReplyBody: []byte(`{"kty":"oct","k":` + string(quoted) + `}`)},
		{RequestHeader: jsonHeader, RequestBody: []byte(`{"query":` + string(query) + `}`)},
		{RequestHeader: http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}, RequestBody: []byte("a=b&client_secret=" + url.QueryEscape(value))},
		{Target: "/graphql", RequestHeader: jsonHeader, RequestBody: []byte(`{"query":"{ f }","variables":{"s":` + string(quoted) + `}}`)},
		{Target: "/graphql", RequestHeader: jsonHeader, RequestBody: []byte(`{"query":` + string(literal) + `}`)},
		{Target: "/x?access_token=" + url.QueryEscape(value)},
		{RequestHeader: http.Header{"Authorization": {"Basic " + basic}}},
		{RequestHeader: http.Header{"Authorization": {"Basic " + encoded}}},
	}
}

// plantByValue are entries that hold the value without saying what it is.
func plantByValue(value, id string) []Entry {
	quoted, _ := json.Marshal(value)
	pair := []byte(id + ":" + value)
	jsonHeader := http.Header{"Content-Type": {"application/json"}}
	return []Entry{
		{Method: value, Target: "/x/" + url.PathEscape(value) + "/y?q=" + url.QueryEscape(value), Violation: "what is " + value},
		{Target: "/x/" + value + "?" + value},
		{Target: "/x?pair=" + url.QueryEscape(base64.StdEncoding.EncodeToString(pair))},
		{RequestHeader: http.Header{"X-Pair": {base64.StdEncoding.EncodeToString(pair)}, "X-Url-Pair": {base64.RawURLEncoding.EncodeToString(pair)}, "X-Plain": {"<" + value + ">"}}},
		{ReplyHeader: jsonHeader, ReplyBody: []byte(`{"note":` + string(quoted) + `,` + string(quoted) + `:[` + string(quoted) + `]}`)},
		{RequestHeader: http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}, RequestBody: []byte("code=" + url.QueryEscape(value))},
		{RequestHeader: http.Header{"Content-Type": {"text/plain"}}, RequestBody: []byte("look: " + value)},
		{RequestHeader: jsonHeader, RequestBody: []byte(`{"malformed":` + string(quoted))},
		{RequestHeader: http.Header{"Authorization": {value}, "Cookie": {"a=" + value}}},
		{RequestID: value, Proto: value, Fault: "f1: " + value},
		{Uses: []Use{{Client: value, Secret: value}}, Changes: []Change{{Client: value, Secret: value}}},
	}
}

func spelledOut(value, id string) []string {
	pair := []byte(id + ":" + value)
	return []string{
		value, url.QueryEscape(value), url.PathEscape(value),
		base64.StdEncoding.EncodeToString(pair), base64.RawURLEncoding.EncodeToString(pair),
		base64.StdEncoding.EncodeToString([]byte(value)), base64.RawURLEncoding.EncodeToString([]byte(value)),
	}
}
