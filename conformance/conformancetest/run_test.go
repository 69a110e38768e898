package conformancetest_test

import (
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/keyturn/keyturn/conformance"
	"github.com/keyturn/keyturn/conformance/conformancetest"
	"github.com/keyturn/keyturn/conformance/profile"
)

// dead is an address where nobody listens: port 1 is below what is ever given out.
const dead = "http://127.0.0.1:1"

// TestDeadTarget runs the entry against nobody, in a process of its own, and sees
// that this is a failure and no pass by skipping.
func TestDeadTarget(t *testing.T) {
	t.Parallel()
	if os.Getenv("KEYTURN_TEST_DEAD_TARGET") != "" {
		bound, err := profile.Builtin("identity-service")
		if err != nil {
			t.Fatal(err)
		}
		conformancetest.Run(t, conformance.Options{URL: dead, Profile: bound, Filter: "ROT-00?"})
		return
	}
	command := exec.CommandContext(t.Context(), os.Args[0], "-test.run", "^TestDeadTarget$", "-test.v")
	command.Env = append(os.Environ(), "KEYTURN_TEST_DEAD_TARGET=1")
	output, err := command.CombinedOutput()
	if err == nil {
		t.Fatalf("the test of a dead target passes:\n%s", output)
	}
	for _, want := range []string{"--- FAIL: TestDeadTarget", "--- SKIP: TestDeadTarget/ROT-001", "Nothing could be tested", "connection refused"} {
		if !strings.Contains(string(output), want) {
			t.Errorf("the output lacks %q:\n%s", want, output)
		}
	}
}
