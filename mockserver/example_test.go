package mockserver_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"time"

	"github.com/keyturn/keyturn/mockserver"
)

// A secret is rotated, and the old one is refused where tokens are issued.
func ExampleNew() {
	standIn, err := mockserver.New(context.Background(), mockserver.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	server := httptest.NewServer(standIn)
	defer server.Close()

	const app, old = "6229ffaxxxxxxxxcade3e3d9", "9c1e5b7d3f2a4680b4d6e8f01a3c5e7f"
	rotate, err := http.NewRequest(http.MethodPost, server.URL+"/api/v3/refresh-application-secret", strings.NewReader(`{"appId":"`+app+`"}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	rotate.Header.Set("Authorization", "Bearer token")
	rotate.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(rotate)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer response.Body.Close()
	var rotated struct{ Data struct{ Secret string } }
	if err := json.NewDecoder(response.Body).Decode(&rotated); err != nil {
		fmt.Println(err)
		return
	}

	for name, secret := range map[string]string{"old": old, "new": rotated.Data.Secret} {
		form := url.Values{"grant_type": {"client_credentials"}, "client_id": {app}, "client_secret": {secret}}
		token, err := http.PostForm(server.URL+"/oidc/token", form)
		if err != nil {
			fmt.Println(err)
			return
		}
		token.Body.Close()
		fmt.Println(name, token.Status)
	}
	// Unordered output:
	// old 400 Bad Request
	// new 200 OK
}

// The clock is the caller's, so a secret can expire without anybody waiting.
func ExampleOptions_clock() {
	now := time.Date(2026, 3, 29, 23, 59, 59, 0, time.UTC)
	standIn, err := mockserver.New(context.Background(), mockserver.Options{Clock: func() time.Time { return now }})
	if err != nil {
		fmt.Println(err)
		return
	}
	call := func(path, contentType, body string) *httptest.ResponseRecorder {
		request := httptest.NewRequest(http.MethodPost, path, strings.NewReader(body))
		request.Header.Set("Authorization", "Bearer token")
		request.Header.Set("Content-Type", contentType)
		reply := httptest.NewRecorder()
		standIn.ServeHTTP(reply, request)
		return reply
	}

	added := call("/api/tenants/acme/applications/my-new-app/secrets", "application/json", `{"expirationDate":"2026-03-30T00:00:00Z"}`)
	var application struct{ ClientSecret string }
	if err := json.Unmarshal(added.Body.Bytes(), &application); err != nil {
		fmt.Println(err)
		return
	}
	form := url.Values{"token": {"any"}, "client_id": {"my-new-app"}, "client_secret": {application.ClientSecret}}.Encode()
	proves := func() int {
		request := httptest.NewRequest(http.MethodPost, "/connect/revoke", strings.NewReader(form))
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		reply := httptest.NewRecorder()
		standIn.ServeHTTP(reply, request)
		return reply.Code
	}
	fmt.Println(proves())
	now = now.Add(time.Second)
	fmt.Println(proves())
	// Output:
	// 200
	// 401
}
