package oauth

import (
	"context"
	"encoding/base64"
	"net/url"
	"strings"
	"unicode/utf8"

	"github.com/keyturn/keyturn/mockserver/client"
	"github.com/keyturn/keyturn/mockserver/provider"
	"github.com/keyturn/keyturn/mockserver/wire"
)

// credentials are a client's id and secret as they were presented. RFC 6749
// section 2.3.1 has both form-encoded before they go into Basic, which many
// clients skip; so both readings of the header are tried.
type credentials struct {
	id, secret       string
	rawID, rawSecret string
	basic            bool
}

// authenticate returns the client whose credentials the request carries.
func (d Dialect) authenticate(ctx context.Context, call *provider.Call) (client.Client, error) {
	presented, err := d.present(call)
	if err != nil {
		return client.Client{}, err
	}
	fail := func(reason Reason, description string) error {
		return client.Wrap(client.InvalidCredentials, &Failure{Code: InvalidClient, Reason: reason, Description: description, Basic: presented.basic}, "client authentication failed")
	}
	switch {
	case presented.id == "":
		return client.Client{}, fail(NoClientID, "client_id and client_secret must be sent, in the body or in the Authorization header")
	case presented.secret == "":
		return client.Client{}, fail(NoSecret, "client_secret is missing")
	}
	c, err := call.Store.Find(ctx, call.Realm.Kind.Name, presented.id)
	if client.KindOf(err) == client.NotFound && presented.rawID != presented.id {
		c, err = call.Store.Find(ctx, call.Realm.Kind.Name, presented.rawID)
	}
	switch {
	case err == nil:
	case client.KindOf(err) == client.NotFound:
		return client.Client{}, fail(UnknownClient, "client authentication failed")
	default:
		return client.Client{}, err
	}
	accepted := call.Accepts(c, presented.secret)
	if !accepted && presented.rawSecret != presented.secret {
		accepted = call.Accepts(c, presented.rawSecret)
	}
	if !accepted {
		return client.Client{}, fail(WrongSecret, "client authentication failed")
	}
	return c, nil
}

// present finds the credentials. RFC 6749 section 2.3 allows one way in a request; an
// id in the body beside the header is none.
func (d Dialect) present(call *provider.Call) (credentials, error) {
	form := call.Object()
	sent := credentials{id: wire.Text(form, "client_id"), secret: wire.Text(form, "client_secret")}
	header, err := provider.CredentialsOf(call.HTTP)
	if err != nil {
		return credentials{}, refuse(&Failure{Code: InvalidRequest, Description: client.AsError(err).Message})
	}
	if !header.Are("Basic") {
		sent.rawID, sent.rawSecret = sent.id, sent.secret
		return sent, nil
	}
	basic, ok := parseBasic(header.Rest)
	if !ok {
		return credentials{}, refuse(&Failure{Code: InvalidClient, Description: "the Authorization header is not valid Basic credentials", Basic: true})
	}
	if sent.secret != "" && !d.TakesBoth {
		return credentials{}, refuse(&Failure{Code: InvalidRequest, Description: "the client authenticates in the header and in the body"})
	}
	sameID := sent.id == "" || sent.id == basic.id || sent.id == basic.rawID
	sameSecret := sent.secret == "" || sent.secret == basic.secret || sent.secret == basic.rawSecret
	if !sameID || !sameSecret {
		return credentials{}, refuse(&Failure{Code: InvalidRequest, Description: "the header and the body carry different client credentials"})
	}
	return basic, nil
}

func parseBasic(encoded string) (credentials, bool) {
	text, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil || !utf8.Valid(text) {
		return credentials{}, false
	}
	id, secret, ok := strings.Cut(string(text), ":")
	if !ok {
		return credentials{}, false
	}
	return credentials{id: formDecoded(id), secret: formDecoded(secret), rawID: id, rawSecret: secret, basic: true}, true
}

func formDecoded(text string) string {
	decoded, err := url.QueryUnescape(text)
	if err != nil {
		return text
	}
	return decoded
}

func refuse(f *Failure) error {
	return client.Wrap(client.Invalid, f, f.Description)
}
