package recipestest

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

const (
	folder = ".."
	image  = "keyturn/keyturn"
)

// texts are the files of the docker folder by their paths in it.
func texts(t *testing.T) map[string]string {
	t.Helper()
	all := map[string]string{}
	root := os.DirFS(folder)
	err := fs.WalkDir(root, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.Name() == "node_modules" || name == "recipestest" {
			return fs.SkipDir
		}
		if !entry.Type().IsRegular() {
			return nil
		}
		text, err := fs.ReadFile(root, name)
		all[name] = string(text)
		return err
	})
	if err != nil || len(all) < 10 {
		t.Fatalf("%d files: %v", len(all), err)
	}
	return all
}

// documents are the YAML files, each document of each.
func documents(t *testing.T) map[string][]*yaml.Node {
	t.Helper()
	all := map[string][]*yaml.Node{}
	for name, text := range texts(t) {
		if extension := path.Ext(name); extension != ".yaml" && extension != ".yml" {
			continue
		}
		for decoder := yaml.NewDecoder(strings.NewReader(text)); ; {
			document := new(yaml.Node)
			if err := decoder.Decode(document); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			all[name] = append(all[name], document)
		}
	}
	if len(all) < 7 {
		t.Fatalf("%d YAML files, which cannot be all", len(all))
	}
	return all
}

// pairs calls visit for each key of each mapping.
func pairs(node *yaml.Node, visit func(key string, value *yaml.Node)) {
	for i, child := range node.Content {
		if node.Kind == yaml.MappingNode && i%2 == 1 {
			visit(node.Content[i-1].Value, child)
		}
		pairs(child, visit)
	}
}

// TestImage wants every recipe to take the same image in the same version.
func TestImage(t *testing.T) {
	t.Parallel()
	found := 0
	for name, all := range documents(t) {
		for _, document := range all {
			pairs(document, func(key string, value *yaml.Node) {
				ours := strings.Contains(value.Value, "keyturn") && (key == "image" || key == "name" && strings.Contains(value.Value, ":"))
				if !ours {
					return
				}
				found++
				if value.Value != image+":latest" {
					t.Errorf("%s:%d: the image is %s, want %s:latest", name, value.Line, value.Value, image)
				}
			})
		}
	}
	if found < 5 {
		t.Errorf("%d images found, which cannot be all", found)
	}
}

// TestAlias wants the addresses that GitLab's jobs use to be the services' names.
func TestAlias(t *testing.T) {
	t.Parallel()
	for _, document := range documents(t)["ci/gitlab.yml"] {
		var jobs map[string]struct {
			Services  []struct{ Alias string } `yaml:"services"`
			Variables map[string]string        `yaml:"variables"`
		}
		if err := document.Decode(&jobs); err != nil || len(jobs) == 0 {
			t.Fatalf("%d jobs: %v", len(jobs), err)
		}
		for job, is := range jobs {
			hosts := 0
			for name, value := range is.Variables {
				address, found := strings.CutPrefix(value, "http://")
				if !found {
					continue
				}
				hosts++
				host, _, _ := strings.Cut(address, ":")
				if len(is.Services) != 1 || is.Services[0].Alias != host {
					t.Errorf("%s: %s is at %s, and the services are %v", job, name, host, is.Services)
				}
			}
			if hosts != 1 {
				t.Errorf("%s: %d addresses, want one", job, hosts)
			}
		}
	}
}

var (
	variable = regexp.MustCompile(`\bKEYTURN_[A-Z0-9_]+\b`)
	registry = regexp.MustCompile(`"resolved"|registry\.`)
)

// TestVariables asks the binary whether it knows each variable that a file names. An
// empty one is not set, but its name is looked at.
func TestVariables(t *testing.T) {
	t.Parallel()
	binary := filepath.Join(t.TempDir(), "keyturn")
	if output, err := exec.CommandContext(t.Context(), "go", "build", "-o", binary, "github.com/keyturn/keyturn/cmd/keyturn").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, output)
	}
	complaint := func(name string) string {
		asked := exec.CommandContext(t.Context(), binary, "healthcheck", "--url", "http://127.0.0.1:1")
		asked.Env = []string{name + "="}
		output, _ := asked.CombinedOutput()
		before, after, found := bytes.Cut(output, []byte("unknown environment variable"))
		if !found && !bytes.Contains(before, []byte("not ready")) {
			t.Fatalf("%s: neither a complaint nor an attempt: %s", name, output)
		}
		return string(after)
	}
	if complaint("KEYTURN_NO_SUCH_THING") == "" {
		t.Fatal("the binary complains of nothing")
	}
	found := map[string][]string{}
	for name, text := range texts(t) {
		if path.Ext(name) == ".go" {
			continue // of tests of their own, which also name variables that are wrong
		}
		for _, one := range variable.FindAllString(text, -1) {
			if !slices.Contains(found[one], name) {
				found[one] = append(found[one], name)
			}
		}
	}
	for name, files := range found {
		if said := complaint(name); said != "" {
			t.Errorf("%s, named in %v: %s", name, files, said)
		}
	}
	if len(found) < 5 {
		t.Errorf("%d variables found, which cannot be all", len(found))
	}
}

// TestLocked wants the lock file to say what is installed and not from where.
func TestLocked(t *testing.T) {
	t.Parallel()
	lock := texts(t)["languages/node/package-lock.json"]
	if hit := registry.FindString(lock); hit != "" || !strings.Contains(lock, `"integrity"`) {
		t.Errorf("package-lock.json has %q; npm install --omit-lockfile-registry-resolved leaves it out", hit)
	}
}
