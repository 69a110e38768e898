package identityservice

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/keyturn/keyturn/mockserver/client"
	"github.com/keyturn/keyturn/mockserver/oauth"
	"github.com/keyturn/keyturn/mockserver/provider"
	"github.com/keyturn/keyturn/mockserver/wire"
)

// errorBase is where OpenIddict explains its error numbers. The vendor's vocabulary
// is OpenIddict's, so its refusals are spoken here.
const errorBase = "https://documentation.openiddict.com/errors/"

type spelling struct {
	status            int
	code, number, why string
}

var spellings = map[oauth.Reason]spelling{
	oauth.NoClientID:    {http.StatusUnauthorized, oauth.InvalidClient, "ID2029", "client_id is required and was not sent."},
	oauth.NoSecret:      {http.StatusUnauthorized, oauth.InvalidClient, "ID2054", "This application must send its client_secret."},
	oauth.UnknownClient: {http.StatusUnauthorized, oauth.InvalidClient, "ID2052", "No application is registered under this client_id."},
	oauth.WrongSecret:   {http.StatusUnauthorized, oauth.InvalidClient, "ID2055", "The client credentials are not valid."},
	oauth.WrongGrant:    {http.StatusBadRequest, oauth.UnauthorizedClient, "ID2064", "The application may not use this grant type."},
	oauth.WrongScope:    {http.StatusBadRequest, oauth.InvalidRequest, "ID2051", "The application may not ask for this scope."},
}

// grantSpellings replace a spelling for a grant whose requests are found incomplete
// before anybody looks for the client.
var grantSpellings = map[string]map[oauth.Reason]spelling{
	"authorization_code": {
		oauth.NoClientID: {http.StatusBadRequest, oauth.InvalidRequest, "ID2029", "client_id is required and was not sent."},
	},
	clientCredentials: {
		oauth.NoClientID: {http.StatusBadRequest, oauth.InvalidRequest, "ID2029", "client_id is required and was not sent."},
		oauth.NoSecret:   {http.StatusBadRequest, oauth.InvalidRequest, "ID2057", "This grant type requires a client_secret."},
	},
}

// refuseOAuth is the Refuse of the doors behind which OAuth is spoken.
func refuseOAuth(call *provider.Call, failure *client.Error) provider.Reply {
	grant := ""
	if call.Operation != nil && call.Operation.ID == tokenOperation {
		grant = wire.Text(call.Object(), "grant_type")
	}
	d := dialect()
	d.Refuse = func(f oauth.Failure) provider.Reply { return spell(f, grant) }
	return d.RefuseCall(call, failure)
}

// spell puts a failure of a request for the grant into words.
func spell(f oauth.Failure, grant string) provider.Reply {
	words, known := grantSpellings[grant][f.Reason]
	if !known {
		words, known = spellings[f.Reason]
	}
	if !known {
		words = spelling{status: f.StatusOf(), code: f.Code, why: f.Description}
	}
	body := wire.Object{"error": words.code, "error_description": words.why}
	if words.number != "" {
		body["error_uri"] = errorBase + words.number
	}
	reply := provider.Reply{Status: words.status, Body: body}
	if words.status == http.StatusUnauthorized {
		reply.Header = http.Header{}
		reply.Header.Set("WWW-Authenticate", challenge(body))
	}
	return reply
}

// challenge repeats the error in the header, also to a client that used the form.
// RFC 7617 wants a realm in every Basic challenge.
func challenge(body wire.Object) string {
	var b strings.Builder
	b.WriteString("Basic ")
	for _, name := range []string{"error", "error_description", "error_uri"} {
		if text := wire.Text(body, name); text != "" {
			fmt.Fprintf(&b, "%s=%q, ", name, text)
		}
	}
	fmt.Fprintf(&b, "realm=%q", Name)
	return b.String()
}
