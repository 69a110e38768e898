package rehearsal_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"
)

// application is one of the Identity Service, as whoever administers it sees it. The
// service keeps several secrets side by side.
type application struct {
	tokenSide

	// service is the base URL, and secrets what follows it.
	service, secrets string
}

// myNewApp is the application of the service's own documentation. The default world has
// it, with one secret.
func myNewApp(s stage) application {
	return application{
		tokenSide: tokenSide{http: s.http, endpoint: s.url + "/connect/token", client: "my-new-app"},
		service:   s.url, secrets: "/api/tenants/acme/applications/my-new-app/secrets",
	}
}

// firstSecret is the value of the secret that my-new-app begins with.
const firstSecret = "hQ7v2Zk0sXwB9rTnE4uYc1LpJ6mDfGa8oViK3NxR5Sg"

// add makes a secret and returns its value, which no later reply shows. It works before
// the instant expires, or for ever when that is zero.
func (a application) add(ctx context.Context, expires time.Time) (string, error) {
	var made struct {
		Value string `json:"clientSecret"`
	}
	asked := struct {
		Expires time.Time `json:"expirationDate,omitzero"`
	}{expires}
	err := a.manage(ctx, http.MethodPost, a.secrets, asked, &made)
	return made.Value, err
}

// list returns the ids of the secrets that are not deleted.
func (a application) list(ctx context.Context) ([]string, error) {
	var listed []struct {
		ID      string `json:"clientSecretId"`
		Deleted bool   `json:"deleted"`
	}
	if err := a.manage(ctx, http.MethodGet, a.secrets, nil, &listed); err != nil {
		return nil, err
	}
	var ids []string
	for _, secret := range listed {
		if !secret.Deleted {
			ids = append(ids, secret.ID)
		}
	}
	return ids, nil
}

// remove deletes the secrets with these ids.
func (a application) remove(ctx context.Context, ids ...string) error {
	for _, id := range ids {
		if err := a.manage(ctx, http.MethodDelete, a.secrets+"/"+id, nil, nil); err != nil {
			return err
		}
	}
	return nil
}

// active asks whether a token is still good, with a secret that works.
func (a application) active(ctx context.Context, secret, token string) (bool, error) {
	var reply struct {
		Active bool `json:"active"`
	}
	form := url.Values{"token": {token}, "client_id": {a.client}, "client_secret": {secret}}
	err := post(ctx, a.http, a.service+"/connect/introspect", form, &reply)
	return reply.Active, err
}

// manage sends a request to the management side.
func (a application) manage(ctx context.Context, method, path string, send, receive any) error {
	var body io.Reader
	if send != nil {
		text, err := json.Marshal(send)
		if err != nil {
			return err
		}
		body = bytes.NewReader(text)
	}
	request, err := http.NewRequestWithContext(ctx, method, a.service+path, body)
	if err != nil {
		return err
	}
	request.Header.Set("Authorization", "Bearer token")
	request.Header.Set("Content-Type", "application/json")
	response, err := a.http.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("%s %s: %s", method, path, response.Status)
	}
	if receive == nil {
		return nil
	}
	return json.NewDecoder(response.Body).Decode(receive)
}
