package rehearsal_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

// tokenSide is where a client proves its secret.
type tokenSide struct {
	http *http.Client
	// endpoint is the address of the token endpoint, and client who asks there.
	endpoint, client string
}

// errRefused says that the secret does not authenticate the client.
var errRefused = errors.New("refused")

// token asks for an access token by the grant client_credentials.
func (t tokenSide) token(ctx context.Context, secret string) (string, error) {
	var reply struct {
		Token string `json:"access_token"`
		Error string `json:"error"`
	}
	form := url.Values{"grant_type": {"client_credentials"}, "client_id": {t.client}, "client_secret": {secret}}
	if err := post(ctx, t.http, t.endpoint, form, &reply); err != nil {
		return "", fmt.Errorf("ask for a token: %w", err)
	}
	switch {
	case reply.Error == "invalid_client": // RFC 6749 section 5.2
		return "", errRefused
	case reply.Token == "":
		return "", fmt.Errorf("ask for a token: got the error %q", reply.Error)
	}
	return reply.Token, nil
}

// tried says in a word what became of a secret that was presented.
func (t tokenSide) tried(ctx context.Context, secret string) string {
	if _, err := t.token(ctx, secret); err != nil {
		return err.Error()
	}
	return "accepted"
}

// post sends a form and reads JSON, whatever the status: the errors of RFC 6749 are
// JSON too.
func post(ctx context.Context, through *http.Client, address string, form url.Values, reply any) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, address, strings.NewReader(form.Encode()))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	response, err := through.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	return json.NewDecoder(response.Body).Decode(reply)
}
