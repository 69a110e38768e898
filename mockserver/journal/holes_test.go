package journal

import (
	"net/http"
	"strings"
	"testing"
)

// Only JSON and forms say what the names of their values are, however they are
// spelled.
func TestOtherBodiesAreWithheld(t *testing.T) {
	const form = "application/x-www-form-urlencoded"
	for name, body := range map[string]string{
		"escaped form":  `client%5fs%65cret=` + secret + ` `,
		"escaped JSON":  `{"client\u0053ecret":"` + secret + `"`,
		"XML":           `<x><secret>` + secret + `</secret></x>`,
		"YAML":          `client_secret: ` + secret,
		"several lines": "a=b\nclient_secret: " + secret,
		"one word":      strings.ReplaceAll(secret, " ", ""),
		"a JSON text":   `"` + secret + `"`,
	} {
		for _, media := range []string{"", "text/plain", "text/html", "application/graphql", "text/xml", "multipart/form-data; boundary=x"} {
			shown := redactOne(t, Entry{RequestHeader: http.Header{"Content-Type": {media}}, RequestBody: []byte(body)})
			if text, _ := shown.Request.Body.(string); !strings.HasPrefix(text, "[withheld: ") {
				t.Errorf("%s as %q: got %v", name, media, shown.Request.Body)
			}
		}
	}
	for _, body := range []string{`{"client\u0053ecret":"a=b"}`, `<secret a="b">c</secret>`, "a=b\r\nclient_secret: c", `client_secret: a=b`} {
		shown := redactOne(t, Entry{RequestHeader: http.Header{"Content-Type": {form}}, RequestBody: []byte(body)})
		if text, _ := shown.Request.Body.(string); !strings.HasSuffix(text, ", malformed form]") {
			t.Errorf("%s: got %v", body, shown.Request.Body)
		}
	}
}

func TestUndeclaredBodies(t *testing.T) {
	for body, want := range map[string]string{
		`client%5fs%65cret=abc&a=b`:     `client%5fs%65cret=[]&a=b`,
		`{"client\u0053ecret":"abc"}`:   `map[clientSecret:[]]`,
		`[{"secret":"abc"}]`:            `[map[secret:[]]]`,
		`grant_type=a&code=abc&state=b`: `grant_type=a&code=[]&state=b`,
	} {
		if got := withoutDigits(redactOne(t, Entry{RequestBody: []byte(body)}).Request.Body); got != want {
			t.Errorf("%s: got %s, want %s", body, got, want)
		}
	}
}

func TestSecretHeaders(t *testing.T) {
	for _, name := range []string{
		"X-Authorization", "X-Forwarded-Authorization", "X-Access-Key", "X-Accesskey", "X-Api-Key", "X-Key-1", "X-Secret-Thing", "X-Token-Value",
		"X-Password-Old", "X-Cookie-Copy", "X-Amz-Signature", "X-Hub-Signature-256",
	} {
		header := http.Header{name: {"abc"}}
		if got := withoutDigits(redactOne(t, Entry{RequestHeader: header}).Request.Header.Get(name)); got != "[]" {
			t.Errorf("%s: got %s", name, got)
		}
	}
	for _, name := range []string{"X-Token-Type", "X-Acs-Signature-Method", "X-Monkeys", "X-Authing-Userpool-Id", "XC-E-Key", "Keyturn-Violation", "Www-Authenticate"} {
		header := http.Header{name: {"abc"}}
		if got := redactOne(t, Entry{ReplyHeader: header}).Reply.Header[name][0]; got != "abc" {
			t.Errorf("%s: got %s", name, got)
		}
	}
	header := http.Header{"X-Forwarded-Authorization": {"Bearer abc"}, "X-Original-Url": {"/x?client%5fsecret=abc"}, "Location": {"/cb#access%5Ftoken=abc"}}
	got := withoutDigits(redactOne(t, Entry{RequestHeader: header}).Request.Header)
	if want := "map[Location:[/cb#access_token=[]] X-Forwarded-Authorization:[Bearer []] X-Original-Url:[/x?client%5fsecret=[]]]"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestSecretParameters(t *testing.T) {
	const query = "code=a&assertion=b&client_assertion=c&id_token_hint=d&code_verifier=e&device_code=f&client_assertion_type=g&token_type_hint=h&state=i"
	const want = "code=[]&assertion=[]&client_assertion=[]&id_token_hint=[]&code_verifier=[]&device_code=[]&client_assertion_type=g&token_type_hint=h&state=i"
	shown := redactOne(t, Entry{
		Target: "/x?" + query, RequestBody: []byte(query), RequestHeader: http.Header{"Content-Type": {"application/x-www-form-urlencoded"}},
	})
	if got := withoutDigits(shown.URL); got != "/x?"+want {
		t.Errorf("got %s", got)
	}
	if got := withoutDigits(shown.Request.Body); got != want {
		t.Errorf("got %s", got)
	}
}

func TestMemberNames(t *testing.T) {
	for _, name := range []string{
		"secretKey", "clientSecretValue", "client_secret_values", "secrets", "tokens", "apiKeys", "pwd", "passwd", "passphrase", "newPwd", "AWSSecretAccessKey",
	} {
		for _, value := range []string{`"abc"`, `["abc"]`, `[{"value":"abc"}]`} {
			if got := withoutDigits(redactOne(t, Entry{RequestBody: []byte(`{"` + name + `":` + value + `}`)}).Request.Body); strings.Contains(got, "abc") {
				t.Errorf("%s: got %s", name, got)
			}
		}
	}
	for _, name := range []string{
		"token_type", "token_endpoint", "tokenSettings", "token_type_hint", "secretId", "clientSecretId", "clientSecretExpiresAt",
		"clientSecretExpirationDate", "totalCount", "code",
	} {
		if got := withoutDigits(redactOne(t, Entry{RequestBody: []byte(`{"` + name + `":"abc"}`)}).Request.Body); got != "map["+name+":abc]" {
			t.Errorf("%s: got %s", name, got)
		}
	}
	const list = `{"secrets":[{"id":"1","value":"abc","createdAt":"then","chat":"abc"}]}`
	if got := withoutDigits(redactOne(t, Entry{RequestBody: []byte(list)}).Request.Body); got != "map[secrets:[map[chat:[] createdAt:then id:1 value:[]]]]" {
		t.Errorf("got %s", got)
	}
}

func TestDocumentsInTexts(t *testing.T) {
	for body, want := range map[string]string{
		`{"data":"{\"client\\u0053ecret\":\"abc\",\"b\":1}"}`:  `map[data:{"b":1,"clientSecret":"[]"}]`,
		`{"data":"{\"b\" : 1, \"a\":2}"}`:                      `map[data:{"b" : 1, "a":2}]`,
		`{"data":"<x><client_secret>abc</client_secret></x>"}`: `map[data:<x><client_secret>[]</client_secret></x>]`,
		`{"data":"the <token> in <b>"}`:                        `map[data:the <token> in <b>]`,
		`{"data":"old pwd=abc, passphrase: \"abc\""}`:          `map[data:old pwd=[], passphrase: "[]"]`,
	} {
		if got := withoutDigits(redactOne(t, Entry{RequestBody: []byte(body)}).Request.Body); got != want {
			t.Errorf("%s: got %s, want %s", body, got, want)
		}
	}
}
