package genauthv3_test

import (
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"sort"
	"strings"
	"testing"
	"time"

	"github.com/keyturn/keyturn/mockserver"
	"github.com/keyturn/keyturn/mockserver/internal/apitest"
	"github.com/keyturn/keyturn/mockserver/mocktest"
)

func jsonUnmarshal(text string, into any) error { return json.Unmarshal([]byte(text), into) }

// signer signs as the vendor's published description has it. It is written apart
// from the server's verifier, and the official Node client is run against that in
// a test of its own.
type signer struct {
	scheme, prefix, keyID, secret string
	headers                       map[string]string
}

func newSigner(scheme, prefix string, date time.Time) signer {
	return signer{
		scheme: scheme, prefix: prefix, keyID: pool, secret: "5f1d9c3be47a40c2a6d80e95b71c2f34",
		headers: map[string]string{
			"date": date.UTC().Format(http.TimeFormat), prefix + "signature-method": "HMAC-SHA1", prefix + "signature-version": "1.0",
			prefix + "signature-nonce": fmt.Sprint(date.UnixNano()), prefix + "lang": "en-US",
		},
	}
}

func (s signer) with(name, value string) signer {
	headers := map[string]string{name: value}
	for n, v := range s.headers {
		if n != name {
			headers[n] = v
		}
	}
	if value == "" {
		delete(headers, name)
	}
	s.headers = headers
	return s
}

func (s signer) sign(api apitest.API, method, path string, parameters map[string]string) apitest.API {
	var lines []string
	for name, value := range s.headers {
		api = api.With(name, value)
		if name == "date" || strings.HasPrefix(name, s.prefix) {
			lines = append(lines, name+":"+value)
		}
	}
	sort.Strings(lines)
	text := method + "\n" + strings.Join(lines, "\n") + "\n" + path
	var pairs []string
	for name, value := range parameters {
		pairs = append(pairs, name+"="+value)
	}
	sort.Strings(pairs)
	if len(pairs) > 0 {
		text += "?" + strings.Join(pairs, "&")
	}
	mac := hmac.New(sha1.New, []byte(s.secret))
	mac.Write([]byte(text))
	return api.With("Authorization", s.scheme+" "+s.keyID+":"+base64.StdEncoding.EncodeToString(mac.Sum(nil)))
}

func TestSignedRequests(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 5, 6, 7, 8, 9, 0, time.UTC)
	api := apitest.New(t, mocktest.Start(t, mocktest.WithOptions(func(o *mockserver.Options) { o.Clock = func() time.Time { return now } })).BaseURL())
	for scheme, prefix := range map[string]string{"authing": "x-authing-", "GenAuth": "x-genauth-"} {
		s := newSigner(scheme, prefix, now)
		const path = "/api/v3/refresh-application-secret"
		wantSuccess(t, s.sign(api, "POST", path, map[string]string{"appId": app}).JSON("POST", path, map[string]any{"appId": app}))
		const read = "/api/v3/get-application-secret"
		wantSuccess(t, s.sign(api, "GET", read, map[string]string{"appId": app}).Send("GET", read+"?appId="+app))
	}
	s := newSigner("authing", "x-authing-", now)
	const create = "/api/v3/create-application"
	body := `{"appName":"caf\u00e9 <密钥>","appIdentifier":"signed","oidcConfig":{"b":1,"a":[true,null]},"ssoEnabled":false,"appLogo":null}`
	parameters := map[string]string{
		"appName": "café <密钥>", "appIdentifier": "signed", "oidcConfig": `{"b":1,"a":[true,null]}`, "ssoEnabled": "false", "appLogo": "null",
	}
	wantSuccess(t, s.sign(api, "POST", create, parameters).Raw("POST", create, "application/json", body))
}

func TestRefusedSignatures(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 5, 6, 7, 8, 9, 0, time.UTC)
	api := apitest.New(t, mocktest.Start(t, mocktest.WithOptions(func(o *mockserver.Options) { o.Clock = func() time.Time { return now } })).BaseURL())
	const path = "/api/v3/refresh-application-secret"
	send := func(s signer) apitest.Reply {
		return s.sign(api, "POST", path, map[string]string{"appId": app}).JSON("POST", path, map[string]any{"appId": app})
	}
	good := newSigner("authing", "x-authing-", now)
	wrongSecret, unknownKey := good, good
	wrongSecret.secret, unknownKey.keyID = "wrong", "nobody"
	for _, test := range []struct {
		name    string
		signer  signer
		apiCode float64
	}{
		{"a wrong secret", wrongSecret, 1300},
		{"an unknown key", unknownKey, 1300},
		{"another method", good.with("x-authing-signature-method", "HMAC-SHA256"), 1301},
		{"another version", good.with("x-authing-signature-version", "2.0"), 1302},
		{"a date in no form", good.with("date", "yesterday"), 1303},
		{"no date", good.with("date", ""), 1304},
		{"a date too early", good.with("date", now.Add(-16*time.Minute).Format(http.TimeFormat)), 1305},
		{"a date too late", good.with("date", fmt.Sprint(now.Add(16*time.Minute).UnixMilli())), 1305},
	} {
		t.Run(test.name, func(t *testing.T) { wantRefusal(t, send(test.signer), 401, test.apiCode) })
	}
	if got := token(api, app, appSecret); got.Status != http.StatusOK {
		t.Fatal("a refused rotation rotated all the same")
	}
	wantSuccess(t, send(good.with("date", fmt.Sprint(now.Add(-time.Minute).UnixMilli()))))
	wantSuccess(t, send(good.with("date", "").with("x-authing-date", fmt.Sprint(now.UnixMilli()))))
	wantSuccess(t, send(good))
	wantRefusal(t, send(good), 401, 1306)
	tampered := good.with("x-authing-signature-nonce", "another").sign(api, "POST", path, map[string]string{"appId": app})
	wantRefusal(t, tampered.JSON("POST", path, map[string]any{"appId": foreign}), 401, 1300)
}

// TestOneSignatureOneUse sends one signature in every text that means the same
// bytes.
func TestOneSignatureOneUse(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 5, 6, 7, 8, 9, 0, time.UTC)
	server := mocktest.Start(t, mocktest.WithOptions(func(o *mockserver.Options) { o.Clock = func() time.Time { return now } }))
	const path = "/api/v3/refresh-application-secret"
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
	good := newSigner("authing", "x-authing-", now).sign(apitest.New(t, server.BaseURL()), "POST", path, map[string]string{"appId": app})
	text := good.Header("Authorization")
	last := len(text) - 2 // the character before the padding
	for _, other := range alphabet {
		got := good.With("Authorization", text[:last]+string(other)+"=").JSON("POST", path, map[string]any{"appId": app})
		if succeeded := got.At("statusCode") == 200.0; succeeded != (byte(other) == text[last]) {
			t.Errorf("with %c for %c: %s", other, text[last], got.Text)
		}
	}
}

func TestGenAuthHeaders(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 5, 6, 7, 8, 9, 0, time.UTC)
	api := apitest.New(t, mocktest.Start(t, mocktest.WithOptions(func(o *mockserver.Options) { o.Clock = func() time.Time { return now } })).BaseURL())
	const path = "/api/v3/refresh-application-secret"
	send := func(s signer) apitest.Reply {
		return s.sign(api, "POST", path, map[string]string{"appId": app}).JSON("POST", path, map[string]any{"appId": app})
	}
	s := newSigner("GenAuth", "x-genauth-", now)
	wantRefusal(t, send(s.with("x-genauth-userpool-id", "62a0c1f4e1d2b3a495867788")), 403, 2020)
	if got := wantSuccess(t, send(s.with("x-genauth-lang", "zh-CN"))); got.TextAt("message") != "操作成功" {
		t.Errorf("message %q, want Chinese", got.TextAt("message"))
	}
}
