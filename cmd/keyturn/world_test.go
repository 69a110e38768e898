package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// worlds makes a folder of files.
func worlds(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// TestABadWorldIsTheLastLine looks for the mistake where whoever reads the log of a
// container does.
func TestABadWorldIsTheLastLine(t *testing.T) {
	for name, test := range map[string]struct {
		files map[string]string
		path  string
		want  string
	}{
		"key":          {map[string]string{"w.yaml": "version: 1\nrelams: {}\n"}, "w.yaml", `w.yaml:2:1: unknown key "relams"`},
		"YAML":         {map[string]string{"w.yaml": "version: [\n"}, "w.yaml", "w.yaml:1:1: did not find expected node content"},
		"realm":        {map[string]string{"w.yaml": "version: 1\nrealms:\n  nowhere:\n    tenants: []\n"}, "w.yaml", "w.yaml:3:3: realms.nowhere: there is no such realm, want one of "},
		"setting":      {map[string]string{"w.yaml": "version: 1\nrealms:\n  authing:\n    settings: {strict_http: maybe}\n"}, "w.yaml", `w.yaml:4:29: realms.authing.settings: setting "strict_http" is maybe, want true or false`},
		"text of two":  {map[string]string{"w.yaml": "version: 1\nrealms: {authing: {clients: [{id: x, tenant: \"a\\nb\"}]}}\n"}, "w.yaml", `w.yaml:2:46: realms.authing.clients[0].tenant: there is no tenant "a\nb"`},
		"in a folder":  {map[string]string{"a.yaml": "version: 1\n", "b.yaml": "version: 1\nrealms: {authing: {settings: {strict: 1}}}\n"}, "", `b.yaml:2:31: realms.authing.settings: unknown setting "strict", want `},
		"other ending": {map[string]string{"w.yml.txt": "version: 1\n"}, "", "there is w.yml.txt"},
		"no file":      {nil, "nowhere.yaml", "nowhere.yaml: no such file"},
	} {
		t.Run(name, func(t *testing.T) {
			stale := writeFile(t, "ready.json", "{}")
			code, stdout, stderr := call(t, "serve", "--addr", "127.0.0.1:0", "--ready-file", stale, "--world", filepath.Join(worlds(t, test.files), test.path))
			lines := strings.Split(strings.TrimSuffix(stderr, "\n"), "\n")
			last := lines[len(lines)-1]
			if code != exitUsage || stdout != "" || !strings.HasPrefix(last, "keyturn: world: ") || !strings.Contains(last, test.want) {
				t.Errorf("got exit %d, %q and %q, want 2 and a last line with %q", code, stdout, stderr, test.want)
			}
			if _, err := os.Stat(stale); !os.IsNotExist(err) {
				t.Errorf("the ready file is still there: %v", err)
			}
		})
	}
}

func TestAFolderOfWorlds(t *testing.T) {
	t.Run("empty", func(t *testing.T) {
		t.Setenv("KEYTURN_WORLD", t.TempDir())
		p := startServe(t)
		if commands := curlLine.FindAllString(p.stdout, -1); len(commands) < 2 {
			t.Errorf("no requests to begin with in %s", p.stdout)
		}
		if !strings.Contains(p.stderr.String(), "starting with the default world") {
			t.Errorf("the log does not say which world it is: %s", p.stderr)
		}
	})
	t.Run("two files", func(t *testing.T) {
		dir := worlds(t, map[string]string{"a.yaml": "version: 1\nrealms: {authing: {}}\n", "b.json": `{"version": 1, "realms": {"angusgm": {}}}`})
		p := startServe(t, "--world", dir)
		want := "The world is " + filepath.Join(dir, "a.yaml") + " and " + filepath.Join(dir, "b.json") + "."
		if !strings.Contains(p.stdout, want) {
			t.Errorf("no %q in %s", want, p.stdout)
		}
	})
}
