package mockcontainer_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/testcontainers/testcontainers-go"

	"github.com/keyturn/keyturn/docker/internal/enginetest"
	"github.com/keyturn/keyturn/docker/mockcontainer"
)

// image is what make image builds.
const image = "keyturn/keyturn"

func TestMain(m *testing.M) { enginetest.Main(m) }

// A client of the default world, and its secret there.
const appID, seeded = "6229ffaxxxxxxxxcade3e3d9", "9c1e5b7d3f2a4680b4d6e8f01a3c5e7f"

// run is Run for a test, which ends the container.
func run(t *testing.T, opts ...testcontainers.ContainerCustomizer) *mockcontainer.Container {
	t.Helper()
	c, err := mockcontainer.Run(t.Context(), image, opts...)
	testcontainers.CleanupContainer(t, c)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// application is an application in a container.
type application struct {
	t      *testing.T
	client *http.Client
	base   string
	id     string
	token  string // of whoever rotates
}

func applicationOf(t *testing.T, c reachable) application {
	t.Helper()
	base, err := c.ProviderURL(t.Context(), "genauth-v3")
	if err != nil {
		t.Fatal(err)
	}
	client, err := c.HTTPClient(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return application{t: t, client: client, base: base, id: appID, token: "token"}
}

// rotate returns the new secret.
func (a application) rotate() string {
	a.t.Helper()
	request, err := http.NewRequestWithContext(a.t.Context(), http.MethodPost, a.base+"/api/v3/refresh-application-secret",
		strings.NewReader(`{"appId":"`+a.id+`"}`))
	if err != nil {
		a.t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+a.token)
	request.Header.Set("Content-Type", "application/json")
	response, err := a.client.Do(request)
	if err != nil {
		a.t.Fatal(err)
	}
	defer response.Body.Close()
	var rotated struct{ Data struct{ Secret string } }
	if err := json.NewDecoder(response.Body).Decode(&rotated); err != nil || rotated.Data.Secret == "" {
		a.t.Fatalf("rotate: HTTP %d without a secret: %v", response.StatusCode, err)
	}
	return rotated.Data.Secret
}

// takes asks the token endpoint whether the secret works.
func (a application) takes(secret string) bool {
	a.t.Helper()
	form := url.Values{"grant_type": {"client_credentials"}, "client_id": {a.id}, "client_secret": {secret}}
	response, err := a.client.PostForm(a.base+"/oidc/token", form)
	if err != nil {
		a.t.Fatal(err)
	}
	response.Body.Close()
	return response.StatusCode == http.StatusOK
}

// issuer is the one that the discovery document names.
func (a application) issuer() string {
	a.t.Helper()
	response, err := a.client.Get(a.base + "/oidc/.well-known/openid-configuration")
	if err != nil {
		a.t.Fatal(err)
	}
	defer response.Body.Close()
	var discovered struct{ Issuer string }
	if err := json.NewDecoder(response.Body).Decode(&discovered); err != nil {
		a.t.Fatal(err)
	}
	return discovered.Issuer
}
