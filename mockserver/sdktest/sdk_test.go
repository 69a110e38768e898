//go:build sdk

package sdktest

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// TestOfficialClients builds the binary, starts it on a free port with the default
// world, and hands its address to Node's test runner.
func TestOfficialClients(t *testing.T) {
	binary := filepath.Join(t.TempDir(), "keyturn")
	run(t, exec.Command("go", "build", "-o", binary, "github.com/keyturn/keyturn/cmd/keyturn"))
	url := serve(t, binary)
	for _, file := range []string{"authing-node-sdk.test.mjs", "authing-js-sdk.test.mjs"} {
		t.Run(file, func(t *testing.T) {
			clients := exec.Command("node", "--test", "--test-reporter=spec", file)
			clients.Env = append(os.Environ(), "STANDIN_URL="+url)
			run(t, clients)
		})
	}
}

func run(t *testing.T, command *exec.Cmd) {
	t.Helper()
	output, err := command.CombinedOutput()
	t.Logf("%s\n%s", command, output)
	if err != nil {
		t.Fatal(err)
	}
}

func serve(t *testing.T, binary string) (url string) {
	t.Helper()
	ready := filepath.Join(t.TempDir(), "ready.json")
	server := exec.Command(binary, "serve", "--addr", "127.0.0.1:0", "--ready-file", ready)
	server.Stdout, server.Stderr = t.Output(), t.Output()
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := server.Process.Signal(os.Interrupt); err != nil {
			t.Error(err)
		}
		if err := server.Wait(); err != nil {
			t.Errorf("the stand-in ended with %v", err)
		}
	})
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		data, err := os.ReadFile(ready)
		if err != nil {
			continue
		}
		var addresses struct{ URL string }
		if err := json.Unmarshal(data, &addresses); err != nil {
			t.Fatal(err)
		}
		return addresses.URL
	}
	t.Fatal("the stand-in was not ready within 10 s")
	return ""
}
