package mocktest_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/keyturn/keyturn/mockserver/mocktest"
)

// TestRotation is an example: a secret is rotated, and the old one is refused where
// tokens are issued. It is a test because Start wants one.
func TestRotation(t *testing.T) {
	t.Parallel()
	standIn := mocktest.Start(t, mocktest.WithoutListener())
	base, client := standIn.ProviderURL("genauth-v3"), standIn.HTTPClient()

	const app, old = "6229ffaxxxxxxxxcade3e3d9", "9c1e5b7d3f2a4680b4d6e8f01a3c5e7f"
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, base+"/api/v3/refresh-application-secret", strings.NewReader(`{"appId":"`+app+`"}`))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer token")
	request.Header.Set("Content-Type", "application/json")
	response, err := client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	var rotated struct{ Data struct{ Secret string } }
	if err := json.NewDecoder(response.Body).Decode(&rotated); err != nil {
		t.Fatal(err)
	}

	for secret, want := range map[string]int{old: http.StatusBadRequest, rotated.Data.Secret: http.StatusOK} {
		form := url.Values{"grant_type": {"client_credentials"}, "client_id": {app}, "client_secret": {secret}}
		token, err := client.PostForm(base+"/oidc/token", form)
		if err != nil {
			t.Fatal(err)
		}
		token.Body.Close()
		if token.StatusCode != want {
			t.Errorf("got %s, want %d", token.Status, want)
		}
	}

	requests, err := standIn.Admin().Requests(t.Context())
	if err != nil || len(requests) != 3 {
		t.Errorf("the stand-in was asked %d times, %v, want 3", len(requests), err)
	}
}
