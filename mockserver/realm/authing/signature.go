package authing

import (
	"context"
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base64"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/keyturn/keyturn/mockserver/client"
	"github.com/keyturn/keyturn/mockserver/provider"
	"github.com/keyturn/keyturn/mockserver/realm"
)

// The API codes of the vendor's error table for signed requests.
const (
	codeSignature = "1300"
	codeMethod    = "1301"
	codeVersion   = "1302"
	codeDateForm  = "1303"
	codeNoDate    = "1304"
	codeSkew      = "1305"
	codeReplay    = "1306"
)

// headerPrefixes are the two spellings of one scheme: Authing's SDKs sign with
// "authing id:signature" and x-authing-* headers, GenAuth's with "GenAuth" and
// x-genauth-*.
var headerPrefixes = map[string]string{"authing": "x-authing-", "genauth": "x-genauth-"}

// Signature recognises a caller by the signature of the request. The signed text is
// the method, the vendor's headers and the date, the path, and the parameters of
// the query or of the body's top level.
func Signature(_ context.Context, call *provider.Call) (realm.Principal, error) {
	credentials, err := provider.CredentialsOf(call.HTTP)
	if err != nil {
		return realm.Principal{}, err
	}
	prefix, known := headerPrefixes[strings.ToLower(credentials.Scheme)]
	if !known || credentials.Rest == "" {
		return realm.Principal{}, client.Errorf(client.Unauthenticated, "the request is not signed")
	}
	s := signed{call: call, prefix: prefix}
	var ok bool
	if s.keyID, s.signature, ok = strings.Cut(credentials.Rest, ":"); !ok {
		return realm.Principal{}, refused(codeSignature, "want the access key id and the signature, joined by a colon")
	}
	if err := s.verify(); err != nil {
		return realm.Principal{}, err
	}
	key, _ := call.Realm.AccessKey(s.keyID)
	p := keyHolder(key.ID, key.Tenant)
	return p, checkPool(call, p)
}

func refused(code, message string) error {
	return client.Errorf(client.InvalidCredentials, "%s", message).WithCode(code)
}

type signed struct {
	call             *provider.Call
	prefix           string
	keyID, signature string
}

func (s signed) verify() error {
	header := s.call.HTTP.Header
	if header.Get(s.prefix+"signature-method") != "HMAC-SHA1" {
		return refused(codeMethod, "the signature method must be HMAC-SHA1")
	}
	if header.Get(s.prefix+"signature-version") != "1.0" {
		return refused(codeVersion, "the signature version must be 1.0")
	}
	if err := s.checkDate(); err != nil {
		return err
	}
	key, known := s.call.Realm.AccessKey(s.keyID)
	given, err := base64.StdEncoding.Strict().DecodeString(s.signature)
	if !known || err != nil {
		return refused(codeSignature, "the signature is wrong")
	}
	mac := hmac.New(sha1.New, []byte(key.Secret.Reveal()))
	mac.Write([]byte(s.text()))
	if !hmac.Equal(mac.Sum(nil), given) {
		return refused(codeSignature, "the signature is wrong")
	}
	// Any date inside the window on either side could be sent again. What counts is
	// the signature itself and not the text it came in.
	window := 2 * SettingsOf(s.call).SignatureSkew
	first, err := s.call.Realm.Nonces.Use(s.call.HTTP.Context(), string(given), s.call.Now, window)
	switch {
	case err != nil:
		return err
	case !first:
		return refused(codeReplay, "the signature was used before")
	}
	return nil
}

// checkDate takes the three forms that official SDKs were seen to send: an HTTP
// date, Unix milliseconds, and either in the vendor's own date header.
func (s signed) checkDate() error {
	text := s.call.HTTP.Header.Get("Date")
	if text == "" {
		text = s.call.HTTP.Header.Get(s.prefix + "date")
	}
	if text == "" {
		return refused(codeNoDate, "a signed request must carry a date")
	}
	date, err := http.ParseTime(text)
	if err != nil {
		ms, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			return refused(codeDateForm, "the date must be Unix milliseconds or an HTTP date")
		}
		date = time.UnixMilli(ms)
	}
	if s.call.Now.Sub(date).Abs() > SettingsOf(s.call).SignatureSkew {
		return refused(codeSkew, "the date is too far from the server's clock")
	}
	return nil
}

func (s signed) text() string {
	r := s.call.HTTP
	var b strings.Builder
	b.WriteString(r.Method + "\n")
	names := make([]string, 0, len(r.Header))
	for name := range r.Header {
		if name = strings.ToLower(name); name == "date" || strings.HasPrefix(name, s.prefix) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for _, name := range names {
		b.WriteString(name + ":" + strings.TrimSpace(r.Header.Get(name)) + "\n")
	}
	b.WriteString(r.URL.EscapedPath())
	if parameters := s.parameters(); len(parameters) > 0 {
		slices.Sort(parameters)
		b.WriteString("?" + strings.Join(parameters, "&"))
	}
	return b.String()
}

// parameters are name=value pairs as the client saw them before encoding. Objects
// and arrays are signed as the JSON text they were sent in, so they are taken
// verbatim.
func (s signed) parameters() []string {
	r := s.call.HTTP
	var list []string
	if r.Method == http.MethodGet || r.Method == http.MethodHead {
		for name, values := range r.URL.Query() {
			list = append(list, name+"="+values[0])
		}
		return list
	}
	var members map[string]jsontext.Value
	if json.Unmarshal(s.call.Raw, &members) != nil {
		return nil
	}
	for name, value := range members {
		text := string(value)
		if value.Kind() == '"' {
			if unquoted, err := jsontext.AppendUnquote(nil, value); err == nil {
				text = string(unquoted)
			}
		}
		list = append(list, name+"="+text)
	}
	return list
}
