package imagetest_test

import (
	"io"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/keyturn/keyturn/docker/internal/enginetest"
)

const ownWorld = `version: 1
realms:
  identity-service:
    tenants:
      - {id: wonderland, name: Wonderland}
    principals:
      - {name: queen, token: hearts, role: admin, tenants: [wonderland]}
    clients:
      - id: croquet
        tenant: wonderland
        created_at: 2024-03-05T09:30:00Z
        secrets:
          - {value: flamingo-and-hedgehog-0123456789}
`

// mounted are the options that put a folder where worlds are looked for.
func mounted(folder string) []string { return []string{"--volume", folder + ":/worlds:ro"} }

func TestWorldIsMounted(t *testing.T) {
	t.Parallel()
	enginetest.Need(t)
	folder := worldFolder(t, "own.yaml", ownWorld)
	base := enginetest.Start(t, slices.Concat(enginetest.Locked(), enginetest.Published(), mounted(folder))).Ready()
	for path, want := range map[string]int{
		"/api/tenants/wonderland/applications/croquet/secrets": http.StatusOK,
		"/api/tenants/acme/applications/my-new-app/secrets":    http.StatusForbidden, // of the default world
	} {
		request, err := http.NewRequest(http.MethodGet, base+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Authorization", "Bearer hearts")
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(response.Body)
		response.Body.Close()
		if response.StatusCode != want {
			t.Errorf("%s: got HTTP %d, %s, want %d", path, response.StatusCode, body, want)
		}
	}
}

func TestBrokenWorld(t *testing.T) {
	t.Parallel()
	enginetest.Need(t)
	folder := worldFolder(t, "own.yaml", strings.Replace(ownWorld, "role: admin", "role: queen", 1))
	outcome := enginetest.Try(t, slices.Concat([]string{"run", "--rm"}, mounted(folder), []string{enginetest.Image})...)
	if outcome.Code != 2 || !regexp.MustCompile(`/worlds/own\.yaml:7:\d+: .*role: want admin or reader`).MatchString(outcome.Stderr) {
		t.Errorf("got exit code %d and %s, want 2 and where the mistake is", outcome.Code, outcome.Stderr)
	}
}

// TestAuthorityIsKept: a volume belongs to the user of the image, and what clients were
// told to trust outlives the container.
func TestAuthorityIsKept(t *testing.T) {
	t.Parallel()
	enginetest.Need(t)
	volume := enginetest.Docker(t, "volume", "create")
	t.Cleanup(func() { enginetest.Docker(t, "volume", "rm", "--force", volume) })
	options := slices.Concat(enginetest.Locked(), []string{"--env", "KEYTURN_TLS=true", "--volume", volume + ":/var/lib/keyturn/tls"})
	var kept []string
	for range 2 {
		t.Run("container", func(t *testing.T) {
			c := enginetest.Start(t, options)
			c.Eventually("healthy", func() bool { return c.Inspect("{{.State.Health.Status}}") == "healthy" })
			kept = append(kept, authorityOf(t, c))
		})
	}
	if len(kept) != 2 || kept[0] != kept[1] {
		t.Errorf("got authorities %q, want twice the same", kept)
	}
}

// authorityOf is the certificate of a container's own authority as PEM.
func authorityOf(t *testing.T, c *enginetest.Container) string {
	t.Helper()
	files := untar(t, []byte(enginetest.Try(t, "cp", c.ID+":/var/lib/keyturn/tls/ca.pem", "-").Stdout))
	text := string(files["ca.pem"].data)
	if !strings.HasPrefix(text, "-----BEGIN CERTIFICATE-----") {
		t.Fatalf("ca.pem is %q", text)
	}
	return text
}
