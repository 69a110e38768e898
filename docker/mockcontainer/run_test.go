package mockcontainer_test

import (
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/testcontainers/testcontainers-go"

	"github.com/keyturn/keyturn/docker/mockcontainer"
	adminclient "github.com/keyturn/keyturn/mockserver/admin/client"
)

// TestRun rotates a secret in a container: the first thing that anybody does.
func TestRun(t *testing.T) {
	t.Parallel()
	c := run(t)
	app := applicationOf(t, c)
	if !app.takes(seeded) {
		t.Error("the secret of the world is refused")
	}
	fresh := app.rotate()
	if app.takes(seeded) {
		t.Error("the old secret still works")
	}
	if !app.takes(fresh) {
		t.Error("the new secret is refused")
	}
	if _, err := c.ProviderURL(t.Context(), "genauth"); err == nil || !strings.Contains(err.Error(), "genauth-v3") {
		t.Errorf("a provider that nobody has: %v, want the names that there are", err)
	}
	admin, err := c.Admin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	there, err := admin.Providers(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, provider := range there {
		if _, err := c.ProviderURL(t.Context(), provider); err != nil {
			t.Error(err)
		}
	}
	if _, err := c.CA(t.Context()); err == nil || !strings.Contains(err.Error(), "WithTLS") {
		t.Errorf("the authority of a stand-in without TLS: %v", err)
	}
}

// TestAdmin demands the token of the container, and no other.
func TestAdmin(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	c := run(t, mockcontainer.WithAdminToken("of-this-test-alone"))
	admin, err := c.Admin(ctx)
	if err != nil {
		t.Fatal(err)
	}
	app := applicationOf(t, c)
	app.rotate()
	if err := admin.Reset(ctx); err != nil {
		t.Fatal(err)
	}
	if !app.takes(seeded) {
		t.Error("a reset did not bring the first secret back")
	}
	for name, token := range map[string]string{"none": "", "wrong": "of-another-test"} {
		stranger := adminclient.New(app.base, adminclient.Options{Token: token})
		problem, refused := errors.AsType[*adminclient.Problem](stranger.Reset(ctx))
		if !refused || problem.Status != http.StatusUnauthorized {
			t.Errorf("token %s: %v, want HTTP 401", name, problem)
		}
		if err := stranger.Ready(ctx); err != nil {
			t.Errorf("token %s: readiness needs none: %v", name, err)
		}
	}
}

// TestAddresses demands addresses that the caller can use, and the public URL once one
// is set while the container runs.
func TestAddresses(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	c := run(t)
	app := applicationOf(t, c)
	if got := app.issuer(); !strings.HasPrefix(got, app.base) {
		t.Errorf("by its mapped port the issuer is %s, want it below %s", got, app.base)
	}
	ip, err := c.ContainerIP(ctx)
	if err != nil {
		t.Fatal(err)
	}
	inside := app
	inside.base = "http://" + ip + ":7070"
	if got := inside.issuer(); !strings.HasPrefix(got, inside.base) {
		t.Errorf("by its own address the issuer is %s, want it below %s", got, inside.base)
	}
	admin, err := c.Admin(ctx)
	if err != nil {
		t.Fatal(err)
	}
	const public = "https://id.example.com/keyturn"
	if err := admin.SetPublicURL(ctx, public); err != nil {
		t.Fatal(err)
	}
	if got := app.issuer(); !strings.HasPrefix(got, public) {
		t.Errorf("with a public URL the issuer is %s, want it below %s", got, public)
	}
	fixed := applicationOf(t, run(t, mockcontainer.WithPublicURL("http://keyturn:7070")))
	if got := fixed.issuer(); !strings.HasPrefix(got, "http://keyturn:7070") {
		t.Errorf("with a public URL from the start the issuer is %s", got)
	}
}

// TestWorld begins with a folder of worlds, and with one file of it.
func TestWorld(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"testdata/worlds", "testdata/worlds/authing.yaml"} {
		t.Run(filepath.Base(name), func(t *testing.T) {
			t.Parallel()
			app := applicationOf(t, run(t, mockcontainer.WithWorld(name)))
			app.id, app.token = "70000000000000000000000a", "keeper-token"
			if !app.takes("of-the-worlds-folder") {
				t.Error("the secret of the world is refused")
			}
			app.rotate()
		})
	}
}

// TestMistakes demands an error that names the mistake, of options and of worlds.
func TestMistakes(t *testing.T) {
	t.Parallel()
	empty := t.TempDir()
	twice := filepath.Join(t.TempDir(), "authing.yaml")
	if err := os.WriteFile(twice, []byte("version: 1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	tests := map[string]struct {
		opts  []testcontainers.ContainerCustomizer
		want  []string
		ended bool
	}{
		"a mistaken world": {
			opts: []testcontainers.ContainerCustomizer{mockcontainer.WithWorld("testdata/mistaken.yaml")},
			want: []string{"exit code 2", "/worlds/mistaken.yaml:7:51:", "admin"}, ended: true,
		},
		"a defect that nobody has": {
			opts: []testcontainers.ContainerCustomizer{mockcontainer.WithDefect("old-secret-lives-3")},
			want: []string{"exit code 2", `did you mean "old-secret-lives-3s"`}, ended: true,
		},
		"a public URL without a scheme": {
			opts: []testcontainers.ContainerCustomizer{mockcontainer.WithPublicURL("keyturn:7070")},
			want: []string{"exit code 2", "keyturn:7070", "want an http or https URL"}, ended: true,
		},
		"a world that is not there": {
			opts: []testcontainers.ContainerCustomizer{mockcontainer.WithWorld("testdata/none.yaml")},
			want: []string{"world", "testdata/none.yaml", "no such file"},
		},
		"a folder without worlds": {
			opts: []testcontainers.ContainerCustomizer{mockcontainer.WithWorld(empty)},
			want: []string{"world", empty, "without files"},
		},
		"a mistaken world in an image without a folder for worlds": {
			opts: []testcontainers.ContainerCustomizer{
				testcontainers.WithEnv(map[string]string{"KEYTURN_WORLD": ""}), mockcontainer.WithWorld("testdata/mistaken.yaml"),
			},
			want: []string{"/worlds/mistaken.yaml:7:51:"}, ended: true,
		},
		"two worlds of one name": {
			opts: []testcontainers.ContainerCustomizer{mockcontainer.WithWorld("testdata/worlds"), mockcontainer.WithWorld(twice)},
			want: []string{"authing.yaml already"},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, err := mockcontainer.Run(t.Context(), image, test.opts...)
			testcontainers.CleanupContainer(t, c)
			if err == nil {
				t.Fatal("it runs")
			}
			for _, part := range test.want {
				if !strings.Contains(err.Error(), part) {
					t.Errorf("%v\nhas no %q", err, part)
				}
			}
			if strings.Contains(err.Error(), "\n") {
				t.Errorf("it has more than one line: %v", err)
			}
			exited, ended := errors.AsType[*mockcontainer.ExitedError](err)
			if ended != test.ended || ended && exited.Code != 2 {
				t.Errorf("ended %v with %+v, want ended %v", ended, exited, test.ended)
			}
			if (c != nil) != test.ended {
				t.Errorf("container %v, want one that ended to be returned", c)
			}
		})
	}
}

// TestDefect demands the misbehaviours of every option and no others.
func TestDefect(t *testing.T) {
	t.Parallel()
	c := run(t, mockcontainer.WithDefect("old-secret-lives-3s"), mockcontainer.WithDefect("deletion-takes-a-sibling", "rotation-keeps-the-secret"))
	admin, err := c.Admin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defects, err := admin.Defects(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if on := defects.On(); len(on) != 3 {
		t.Errorf("%v are switched on, want three defects", on)
	}
}

// TestNoImage demands the image's name, and no container.
func TestNoImage(t *testing.T) {
	t.Parallel()
	c, err := mockcontainer.Run(t.Context(), "keyturn/nothing-of-this-name")
	if c != nil || err == nil || !strings.Contains(err.Error(), "keyturn/nothing-of-this-name") {
		t.Errorf("%v, %v, want no container and an error that names the image", c, err)
	}
}
