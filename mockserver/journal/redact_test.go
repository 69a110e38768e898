package journal

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"regexp"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

const secret = "S3cret/of+9 chars"

var markPattern = regexp.MustCompile(`\[redacted #[0-9a-f]{8}\]`)

// escapedMark is a mark in a URL.
var escapedMark = regexp.MustCompile(`%5Bredacted%20%23[0-9a-f]{8}%5D`)

func all(*Entry) bool { return true }

// redactOne shows the only entry with the digits of marks left out.
func redactOne(t *testing.T, e Entry) Shown {
	t.Helper()
	shown := NewRedactor().Redact([]Entry{e}, nil, all)
	if len(shown) != 1 {
		t.Fatalf("got %d entries, want 1", len(shown))
	}
	return shown[0]
}

func withoutDigits(v any) string { return markPattern.ReplaceAllString(fmt.Sprintf("%v", v), "[]") }

func TestRedactHeaders(t *testing.T) {
	basic := base64.StdEncoding.EncodeToString([]byte("my-client:" + secret))
	tests := map[string]struct{ name, value, want string }{
		"bearer":         {"Authorization", "Bearer token", "Bearer []"},
		"raw":            {"Authorization", "eyJhbGciOi.J9", "[]"},
		"raw with space": {"Authorization", "one two", "[]"},
		"basic":          {"Authorization", "Basic " + basic, "Basic []"},
		"signature":      {"Authorization", "authing 61b95d6c:Zm9v=", "authing []"},
		"proxy":          {"Proxy-Authorization", "Basic " + basic, "Basic []"},
		"cookie":         {"Cookie", "a=b; session=c", "[]"},
		"set-cookie":     {"Set-Cookie", "session=c; Path=/", "[]"},
		"by name":        {"X-Client-Secret", "abc", "[]"},
		"location":       {"Location", "/cb?access_token=abc&state=1", "/cb?access_token=[]&state=1"},
		"challenge":      {"Www-Authenticate", `Bearer error="invalid_token", realm="x"`, `Bearer error="invalid_token", realm="x"`},
		"harmless":       {"X-Token-Type", "Bearer", "Bearer"},
		"invalid UTF-8":  {"X-Thing", "a\xffb", "a\ufffdb"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			header := http.Header{test.name: {test.value}}
			shown := redactOne(t, Entry{RequestHeader: header, ReplyHeader: header})
			for _, message := range []Message{shown.Request, shown.Reply} {
				if got := withoutDigits(message.Header.Get(test.name)); got != test.want {
					t.Errorf("got %q, want %q", got, test.want)
				}
			}
		})
	}
}

func TestRedactBodies(t *testing.T) {
	const (
		jsonMedia = "application/json; charset=utf-8"
		formMedia = "application/x-www-form-urlencoded"
	)
	tests := map[string]struct{ media, body, want string }{
		"empty":           {jsonMedia, ``, `<nil>`},
		"members":         {jsonMedia, `{"secret":"a","client_secret":"b","clientSecret":"c","AppSecret":"d","access-key-secret":"e"}`, `map[AppSecret:[] access-key-secret:[] clientSecret:[] client_secret:[] secret:[]]`},
		"tokens":          {jsonMedia, `{"access_token":"a","refreshToken":"b","id_token":"c","token":"d","password":"e"}`, `map[access_token:[] id_token:[] password:[] refreshToken:[] token:[]]`},
		"not secrets":     {jsonMedia, `{"token_type":"Bearer","token_endpoint":"http://x/token","tokenSettings":{"a":"b"},"token_type_hint":"access_token","secretId":"7"}`, `map[secretId:7 tokenSettings:map[a:b] token_endpoint:http://x/token token_type:Bearer token_type_hint:access_token]`},
		"null and flags":  {jsonMedia, `{"secret":null,"hasSecret":true}`, `map[hasSecret:true secret:<nil>]`},
		"number":          {jsonMedia, `{"password":1234}`, `map[password:[]]`},
		"nested":          {jsonMedia, `{"data":[{"secret":{"value":"a","list":["b"]}}]}`, `map[data:[map[secret:map[list:[[]] value:[]]]]]`},
		"private key":     {jsonMedia, `{"keys":[{"kty":"RSA","n":"1","e":"2","d":"3","p":"4","q":"5","dp":"6","dq":"7","qi":"8"}]}`, `map[keys:[map[d:[] dp:[] dq:[] e:2 kty:RSA n:1 p:[] q:[] qi:[]]]]`},
		"symmetric key":   {jsonMedia, `{"kty":"oct","k":"1"}`, `map[k:[] kty:oct]`},
		"no key":          {jsonMedia, `{"d":"3","k":"1"}`, `map[d:3 k:1]`},
		"graphql":         {jsonMedia, `{"query":"mutation { f(secret: \"abc\", id: \"7\") }"}`, `map[query:mutation { f(secret: "[]", id: "7") }]`},
		"graphql block":   {jsonMedia, `{"query":"{ f(secret: \"\"\"a \"b\" c\"\"\") }"}`, `map[query:{ f(secret: """[]""") }]`},
		"graphql prose":   {jsonMedia, `{"query":"{ token secret: x }","variables":{"secret":"abc"}}`, `map[query:{ token secret: x } variables:map[secret:[]]]`},
		"json in a text":  {jsonMedia, `{"data":"{\"secret\":\"abc\"}"}`, `map[data:{"secret":"[]"}]`},
		"problem":         {"application/problem+json", `{"token":"a"}`, `map[token:[]]`},
		"malformed":       {jsonMedia, `{"secret":"a"`, `[withheld: 13 bytes, malformed JSON]`},
		"duplicate name":  {jsonMedia, `{"secret":"a","secret":"b"}`, `[withheld: 27 bytes, malformed JSON]`},
		"form":            {formMedia, `grant_type=client_credentials&client_id=c&client_secret=a%26b`, `grant_type=client_credentials&client_id=c&client_secret=[]`},
		"form, odd names": {formMedia, `client%5Fsecret=a&CLIENT-SECRET=b&x`, `client%5Fsecret=[]&CLIENT-SECRET=[]&x`},
		"form, empty":     {formMedia, `client_secret=&a=b`, `client_secret=&a=b`},
		"text":            {jsonMedia, `{"a":"call it with client_secret=abc or \"secret\": \"d\""}`, `map[a:call it with client_secret=[] or "secret": "[]"]`},
		"prose":           {jsonMedia, `{"a":"token: must not be empty"}`, `map[a:token: must not be empty]`},
		"no media, JSON":  {"", `{"secret":"a"}`, `map[secret:[]]`},
		"no media, form":  {"", `secret=a`, `secret=[]`},
		"other media":     {"multipart/form-data; boundary=x", `--x`, `[withheld: 3 bytes, of a media type that is not looked into]`},
		"binary":          {formMedia, "a=\xff\xfe", "a=\ufffd"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			shown := redactOne(t, Entry{RequestHeader: http.Header{"Content-Type": {test.media}}, RequestBody: []byte(test.body)})
			if got := withoutDigits(shown.Request.Body); got != test.want {
				t.Errorf("got  %s\nwant %s", got, test.want)
			}
		})
	}
}

func TestRedactURLs(t *testing.T) {
	tests := map[string]struct{ url, want string }{
		"nothing":        {"/api/clients/7?page=1", "/api/clients/7?page=1"},
		"by name":        {"/x?client_secret=abc&a=b", "/x?client_secret=[]&a=b"},
		"escaped name":   {"/x?access%5Ftoken=abc", "/x?access%5Ftoken=[]"},
		"not a secret":   {"/x?token_type_hint=access_token&secretId=1", "/x?token_type_hint=access_token&secretId=1"},
		"graphql":        {"/graphql?query=%7Bf(secret%3A%22abc%22)%7D", `/graphql?query={f(secret:"[]")}`},
		"bad escape":     {"/x%zz?secret=%zz", "/x%zz?secret=[]"},
		"escaped as is":  {"/a%20b", "/a%20b"},
		"not valid text": {"/\xff", "/\ufffd"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if got := withoutDigits(redactOne(t, Entry{Target: test.url}).URL); got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
}

func TestRedactByValueAcrossEntries(t *testing.T) {
	jsonHeader := http.Header{"Content-Type": {"application/json"}}
	shown := NewRedactor().Redact([]Entry{
		{ID: 1, RequestHeader: jsonHeader, RequestBody: []byte(`{"secret":"` + secret + `"}`)},
		{ID: 2, Target: "/x/S3cret%2Fof+9%20chars?q=%533cret/of%2B9+chars", Method: "GET"},
		{ID: 3, RequestHeader: jsonHeader, RequestBody: []byte(`{"note":"it is ` + secret + `!","` + secret + `":1}`)},
		{ID: 4, Violation: "what is " + secret},
		{ID: 5, RequestHeader: http.Header{"X-Odd": {base64.StdEncoding.EncodeToString([]byte("me:" + secret))}}},
	}, nil, func(e *Entry) bool { return e.ID > 1 })
	if len(shown) != 4 {
		t.Fatalf("got %d entries, want the 4 that were kept", len(shown))
	}
	got := withoutDigits([]any{shown[0].URL, shown[1].Request.Body, shown[2].Violation})
	want := `[/x/[]?q=[] map[[]:1 note:it is []!] what is []]`
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if odd := shown[3].Request.Header.Get("X-Odd"); !markPattern.MatchString(odd) {
		t.Errorf("got %s, want the secret's part of the Basic credentials replaced", odd)
	}
	if marks := markPattern.FindAllString(fmt.Sprintf("%v", shown), -1); len(marks) < 5 || !sameForAll(marks) {
		t.Errorf("got marks %v, want one and the same for one secret", marks)
	}
}

func sameForAll(marks []string) bool {
	for _, mark := range marks {
		if mark != marks[0] {
			return false
		}
	}
	return true
}

func TestRedactLeavesShortWordsAlone(t *testing.T) {
	shown := NewRedactor().Redact([]Entry{
		{RequestHeader: http.Header{"Authorization": {"Bearer token"}}},
		{Target: "/oauth/token?token_type_hint=token", Violation: "the token is unknown"},
	}, nil, all)
	if got, want := shown[1].URL+" "+shown[1].Violation, "/oauth/token?token_type_hint=token the token is unknown"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestMarksDifferBetweenSecretsAndProcesses(t *testing.T) {
	one, other := NewRedactor(), NewRedactor()
	if one.mark("a") == one.mark("b") {
		t.Error("two secrets have one mark")
	}
	if one.mark("a") != one.mark("a") {
		t.Error("one secret has two marks")
	}
	if one.mark("a") == other.mark("a") {
		t.Error("the mark does not depend on the key")
	}
}

func TestRedactKeepsTheRest(t *testing.T) {
	at := time.Date(2026, 1, 2, 3, 4, 5, 6, time.UTC)
	got := redactOne(t, Entry{
		ID: 7, At: at, Duration: time.Second, Provider: "p", Operation: "o", Method: "GET", Target: "/x", Status: 200, Violation: "v",
		RequestHeader: http.Header{"Accept": {"a", "b"}},
	})
	want := Shown{
		ID: 7, At: at, Took: time.Second, Provider: "p", Operation: "o", Method: "GET", URL: "/x", Status: 200, Violation: "v",
		Request: Message{Header: http.Header{"Accept": {"a", "b"}}}, Reply: Message{Header: http.Header{}},
	}
	if difference := cmp.Diff(want, got); difference != "" {
		t.Errorf("(-want +got)\n%s", difference)
	}
}
