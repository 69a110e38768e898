package recipestest

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/keyturn/keyturn/docker/internal/enginetest"
)

// TestNode runs the Node test as it stands.
func TestNode(t *testing.T) {
	t.Parallel()
	enginetest.Need(t)
	project := filepath.Join(folder, "languages", "node")
	if _, err := os.Stat(filepath.Join(project, "node_modules")); err != nil {
		t.Fatal("needs npm ci in docker/languages/node, which make containers does first")
	}
	node := exec.CommandContext(t.Context(), "node", "--test", "--test-reporter=spec")
	node.Dir = project
	if output, err := node.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, output)
	}
}

// TestPython has the compiler read the Python test.
func TestPython(t *testing.T) {
	t.Parallel()
	python, err := exec.LookPath("python3")
	if err != nil {
		enginetest.Missing(t, "python3")
	}
	script := "import sys; compile(open(sys.argv[1]).read(), sys.argv[1], 'exec', dont_inherit=True)"
	if output, err := exec.CommandContext(t.Context(), python, "-c", script, filepath.Join(folder, "languages", "python", "test_rotation.py")).CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, output)
	}
}
