package redact

import (
	"strings"
	"testing"
)

const (
	header  = "eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9"
	payload = "eyJzdWIiOiIxIn0"
	begin   = "-----BEGIN PRIVATE KEY-----"
	end     = "-----END PRIVATE KEY-----"
)

func TestStructures(t *testing.T) {
	t.Parallel()
	const (
		token = header + "." + payload + ".c2lnbmF0dXJl-_"
		pem   = begin + "\nMIIEvQ+/IBADANBg==\n" + end + "\n"
	)
	hash := func(kind, text string) string { return named(kind, "key", text) }
	tests := map[string]struct{ text, want string }{
		"token":                  {"Bearer " + token + " x", "Bearer " + hash("JWT", token) + " x"},
		"token in JSON":          {`{"id_token":"` + token + `"}`, `{"id_token":"` + hash("JWT", token) + `"}`},
		"token at a full stop":   {token + ". Next", hash("JWT", token) + ". Next"},
		"two tokens":             {token + " " + token, hash("JWT", token) + " " + hash("JWT", token)},
		"no signature":           {header + "." + payload + ".", hash("JWT", header+"."+payload+".")},
		"encrypted":              {header + "..aXY.Y2lwaGVy.dGFn", hash("JWT", header+"..aXY.Y2lwaGVy.dGFn")},
		"two parts":              {header + "." + payload, header + "." + payload},
		"only a header":          {header, header},
		"short header":           {"eyJhIjoxfQ.b.c", "eyJhIjoxfQ.b.c"},
		"other base64":           {"abcdefghijklmnop.qrst.uvw", "abcdefghijklmnop.qrst.uvw"},
		"after what is none":     {"eyJ.eyJ " + token, "eyJ.eyJ " + hash("JWT", token)},
		"PEM":                    {"a\n" + pem + "b", "a\n" + hash("PEM", strings.TrimSpace(pem)) + "\nb"},
		"PEM in JSON":            {`"` + begin + `\nMII\n` + end + `\n"`, `"` + hash("PEM", begin+`\nMII\n`+end) + `\n"`},
		"PEM with headers":       {"-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\nMII\n-----END RSA PRIVATE KEY-----", hash("PEM", "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\nMII\n-----END RSA PRIVATE KEY-----")},
		"PEM that was cut":       {`{"key":"` + begin + `\nMIIE","a":1}`, `{"key":"` + hash("PEM", begin+`\nMIIE`) + `","a":1}`},
		"two PEM":                {pem + pem, strings.Repeat(hash("PEM", strings.TrimSpace(pem))+"\n", 2)},
		"public PEM":             {"-----BEGIN PUBLIC KEY-----\nMII\n-----END PUBLIC KEY-----", "-----BEGIN PUBLIC KEY-----\nMII\n-----END PUBLIC KEY-----"},
		"RSA key":                {`{"kty":"RSA","n":"N1","e":"AQAB","d":"D1","p":"P1","q":"Q1","dp":"A1","dq":"B1","qi":"C1"}`, `{"kty":"RSA","n":"N1","e":"AQAB","d":"` + hash("JWK", "D1") + `","p":"` + hash("JWK", "P1") + `","q":"` + hash("JWK", "Q1") + `","dp":"` + hash("JWK", "A1") + `","dq":"` + hash("JWK", "B1") + `","qi":"` + hash("JWK", "C1") + `"}`},
		"key before its kind":    {`{ "d" : "D-_1", "kty" : "EC" }`, `{ "d" : "` + hash("JWK", "D-_1") + `", "kty" : "EC" }`},
		"symmetric key":          {`{"kty":"oct","k":"K1"}`, `{"kty":"oct","k":"` + hash("JWK", "K1") + `"}`},
		"key in a string":        {`{\"kty\":\"EC\",\"d\":\"D1\"}`, `{\"kty\":\"EC\",\"d\":\"` + hash("JWK", "D1") + `\"}`},
		"key that was cut":       {`{"kty":"EC","d":"D1`, `{"kty":"EC","d":"` + hash("JWK", "D1")},
		"two keys":               {`[{"kty":"EC","d":"D1"},{"kty":"EC","d":"D2"}]`, `[{"kty":"EC","d":"` + hash("JWK", "D1") + `"},{"kty":"EC","d":"` + hash("JWK", "D2") + `"}]`},
		"neighbour of a key":     {`[{"d":"D0"},{"kty":"EC","x":"X1"},{"d":"D2"}]`, `[{"d":"D0"},{"kty":"EC","x":"X1"},{"d":"D2"}]`},
		"no kind":                {`{"d":"D1","k":"K1"}`, `{"d":"D1","k":"K1"}`},
		"hidden and in Markdown": {`{"kty":"EC","d":"JWK\#b6e6","k":"S12\#0123"}`, `{"kty":"EC","d":"JWK\#b6e6","k":"S12\#0123"}`},
		"hidden, and in JSON":    {`{\"kty\":\"EC\",\"d\":\"K1\\#b6e6\",\"k\":\"T3\u0023b6e6\"}`, `{\"kty\":\"EC\",\"d\":\"K1\\#b6e6\",\"k\":\"T3\u0023b6e6\"}`},
		"hidden, and in HTML":    {`{"kty":"EC","d":"JWK&#35;b6e6","k":"JWK&#x23;b6e6"}`, `{"kty":"EC","d":"JWK&#35;b6e6","k":"JWK&#x23;b6e6"}`},
		"no pseudonym":           {`{"kty":"EC","d":"J1#b6e6","k":"S#b6e6"}`, `{"kty":"EC","d":"` + hash("JWK", "J1") + `#b6e6","k":"` + hash("JWK", "S") + `#b6e6"}`},
		"half a pseudonym":       {`{"kty":"EC","d":"JWK#b6"}`, `{"kty":"EC","d":"` + hash("JWK", "JWK") + `#b6"}`},
		"kind without an object": {`"kty" "kty" "d":"`, `"kty" "kty" "d":"`},
	}
	hider := NewBook([]byte("key")).Hider()
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := hider.Text(test.text)
			if got != test.want {
				t.Errorf("got  %s\nwant %s", got, test.want)
			}
			if again := hider.Text(got); again != got {
				t.Errorf("the second time it became %s", again)
			}
		})
	}
}

func TestRegisteredBeforeStructure(t *testing.T) {
	t.Parallel()
	const token = header + "." + payload + ".c2ln"
	book := NewBook(nil)
	want := book.Add(Token, token)
	if got := book.Hider().Text("<" + token + "more>"); got != "<"+want+">" {
		t.Errorf("got %s, want <%s>", got, want)
	}
}

// Each of these takes minutes where every start is followed to the end of the text.
func TestHostileTexts(t *testing.T) {
	t.Parallel()
	hider := NewBook(nil).Hider()
	for _, piece := range []string{"eyJ", "eyJ.", header + ".", `"kty`, `{"kty"`, `"kty":"d":"`, "-----BEGIN ", begin, begin + "-", `"d":"`} {
		text := strings.Repeat(piece, 1<<18/len(piece))
		if hits := hider.Find([]byte(hider.Text(text))); hits != nil {
			t.Errorf("%q: %v", piece, hits)
		}
	}
}
