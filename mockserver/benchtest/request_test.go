package benchtest

import (
	"strconv"
	"strings"
)

// request is one documented request. The mark stands for a number where the request
// has to differ from the others.
type request struct {
	method, path, media, body string
}

const (
	mark     = "{n}"
	jsonType = "application/json"
	formType = "application/x-www-form-urlencoded"
)

// head holds what ordinary clients send.
func (r request) text() string {
	var b strings.Builder
	b.WriteString(r.method + " " + r.path + " HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: benchtest\r\nAccept: */*\r\nAuthorization: Bearer token\r\n")
	if r.body != "" {
		b.WriteString("Content-Type: " + r.media + "\r\n")
	}
	if r.method != "GET" {
		b.WriteString("Content-Length: " + strconv.Itoa(len(r.body)) + "\r\n")
	}
	b.WriteString("\r\n" + r.body)
	return b.String()
}

// always is the same request every time.
func (r request) always() func([]byte, int) []byte {
	text := r.text()
	return func(dst []byte, _ int) []byte { return append(dst, text...) }
}

// numbered puts the number of the request in place of each mark, in as many digits
// as the mark is long, so that the length stays right.
func (r request) numbered() func([]byte, int) []byte {
	const digits = 7
	r.body = strings.ReplaceAll(r.body, mark, strings.Repeat("#", digits))
	r.path = strings.ReplaceAll(r.path, mark, strings.Repeat("#", digits))
	parts := strings.Split(r.text(), strings.Repeat("#", digits))
	return func(dst []byte, i int) []byte {
		const smallest = 1_000_000
		dst = append(dst, parts[0]...)
		for _, part := range parts[1:] {
			dst = strconv.AppendInt(dst, int64(smallest+i), 10)
			dst = append(dst, part...)
		}
		return dst
	}
}

const (
	v2App = "61df925846bed781f5757166"
	// v2Secret is good until the first refresh.
	v2Secret = "2b0f6a7c9d4e4f1e8a35c7d21b96e0f4"
	secrets  = "/api/tenants/acme/applications/my-new-app/secrets"
	angus    = "/api/v1/auth/client"

	// angusBody is what the vendor's page prints, with the values of the
	// transcripts.
	angusBody = `{"id":"` + angusID + `","clientId":"` + angusID + `","clientSecret":"string","clientSecretExpiresAt":"2099-12-31 23:59:59",` +
		`"clientName":"` + angusID + `","clientAuthenticationMethods":["string"],"authorizationGrantTypes":["string"],` +
		`"redirectUris":["string"],"postLogoutRedirectUris":["string"],"scopes":["string"],` +
		`"clientSettings":{"additionalProperties":{}},"tokenSettings":{"additionalProperties":{}},"description":"string",` +
		`"enabled":"true","platform":"XCAN_TP","source":"XCAN_USER_TOKEN","bizTag":"string","tenantId":"1","tenantName":"string"}`
	angusID = "client-" + mark
)

var (
	health  = request{method: "GET", path: "/__admin/health"}
	reset   = request{method: "POST", path: "/__admin/reset"}
	refresh = request{method: "PATCH", path: "/api/v2/application/" + v2App + "/refresh-secret"}
	rotate  = request{method: "POST", path: "/api/v3/refresh-application-secret", media: jsonType, body: `{"appId":"6229ffaxxxxxxxxcade3e3d9"}`}
	create  = request{method: "POST", path: "/api/v3/create-application", media: jsonType, body: `{"appName":"a","appIdentifier":"app-` + mark + `"}`}
	list    = request{method: "GET", path: secrets}
	add     = request{method: "POST", path: secrets, media: jsonType, body: `{"expirationDate":"2099-12-31T23:59:59Z"}`}
	token   = request{
		method: "POST", path: "/oidc/token", media: formType,
		body: "grant_type=client_credentials&client_id=" + v2App + "&client_secret=" + v2Secret,
	}
)
