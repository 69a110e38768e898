package mockserver_test

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/keyturn/keyturn/fixtures"
)

// FuzzRequest sends anything anywhere, as an administrator: never a 5xx, and a
// refused request changes nothing.
func FuzzRequest(f *testing.F) {
	transcripts, err := fixtures.Transcripts()
	if err != nil {
		f.Fatal(err)
	}
	for _, transcript := range transcripts {
		for _, exchange := range transcript.Exchanges {
			f.Add(exchange.Request.Method, exchange.Request.Path, "application/json", "", []byte(`{"appId":"6229ffaxxxxxxxxcade3e3d9"}`))
		}
	}
	form := []byte("grant_type=client_credentials&client_id=6229ffaxxxxxxxxcade3e3d9&client_secret=9c1e5b7d3f2a4680b4d6e8f01a3c5e7f")
	f.Add("POST", "/oidc/token", "application/x-www-form-urlencoded", "", form)
	f.Add("POST", "/oauth2/token", "application/x-www-form-urlencoded", "Basic Og==", form)
	f.Add("POST", "/graphql/v2", "application/json", "", []byte(`{"query":"{accessToken(userPoolId:\"a\",secret:\"b\"){exp}}"}`))
	f.Add("GET", "/api/v3/list-applications?page=1&limit=50&keywords=x", "", "authing a:b", []byte(nil))
	f.Add("DELETE", "/api/v1/auth/client?ids=a,b&ids=c", "", "", []byte(nil))
	server, counting := newCountingServer(f)
	f.Fuzz(func(t *testing.T, method, target, contentType, authorization string, body []byte) {
		parsed, err := url.ParseRequestURI(target)
		if err != nil || !strings.HasPrefix(target, "/") || !isToken(method) || strings.HasPrefix(parsed.Path, "/__admin") {
			t.Skip("net/http lets no such request through, or it is the control plane's")
		}
		counting.startOver(t, server)
		request := httptest.NewRequest(http.MethodGet, "/", bytes.NewReader(body))
		request.Method, request.RequestURI, request.URL = method, target, parsed
		request.Header.Set("Content-Type", contentType)
		request.Header.Set("Authorization", "Bearer token")
		if authorization != "" {
			request.Header.Set("Authorization", authorization)
		}
		reply := httptest.NewRecorder()
		server.ServeHTTP(reply, request)
		if reply.Code >= 500 {
			t.Fatalf("%s %s: HTTP %d %s", method, target, reply.Code, reply.Body)
		}
		if reply.Header().Get("Keyturn-Violation") != "" && counting.writes > 0 {
			t.Fatalf("%s %s: refused with %q, and something was written", method, target, reply.Header().Get("Keyturn-Violation"))
		}
	})
}

func isToken(method string) bool {
	return method != "" && !strings.ContainsFunc(method, func(r rune) bool { return r <= ' ' || r >= 0x7f || strings.ContainsRune(`()<>@,;:\"/[]?={}`, r) })
}

// FuzzSignature changes a signed request's parts: nobody without the secret may
// get through, whatever they send.
func FuzzSignature(f *testing.F) {
	const path = "/api/v3/refresh-application-secret"
	f.Add("authing 61b95d6c96d42670da568408:AAAA", "Wed, 06 May 2026 07:08:09 GMT", "HMAC-SHA1", "1.0", `{"appId":"6229ffaxxxxxxxxcade3e3d9"}`)
	f.Add("GenAuth :", "1778051289000", "", "", `{}`)
	f.Add("authing a:b:c", "", "HMAC-SHA1", "1.0", `[]`)
	server, _ := newCountingServer(f)
	f.Fuzz(func(t *testing.T, authorization, date, method, version, body string) {
		if strings.Contains(strings.ToLower(authorization), "token") || strings.Contains(authorization, "other") {
			t.Skip("that may be a bearer of the default world")
		}
		request := httptest.NewRequest(http.MethodPost, path, strings.NewReader(body))
		for name, value := range map[string]string{
			"Authorization": authorization, "Date": date, "Content-Type": "application/json",
			"X-Authing-Signature-Method": method, "X-Authing-Signature-Version": version,
			"X-Genauth-Signature-Method": method, "X-Genauth-Signature-Version": version,
		} {
			request.Header.Set(name, value)
		}
		reply := httptest.NewRecorder()
		server.ServeHTTP(reply, request)
		if reply.Code >= 500 || strings.Contains(reply.Body.String(), `"statusCode":200`) {
			t.Fatalf("%q: HTTP %d %s", authorization, reply.Code, reply.Body)
		}
	})
}
