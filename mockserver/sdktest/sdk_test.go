//go:build sdk

package sdktest

import (
	"encoding/json"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestOfficialClients builds the binary, starts it on a free port with the default
// world, and hands its address to Node's test runner.
func TestOfficialClients(t *testing.T) {
	binary := filepath.Join(t.TempDir(), "keyturn")
	run(t, exec.Command("go", "build", "-o", binary, "github.com/keyturn/keyturn/cmd/keyturn"))
	url := serve(t, binary)
	create(t, url, "sdk")
	for _, file := range []string{"authing-node-sdk.test.mjs", "authing-js-sdk.test.mjs"} {
		for name, base := range map[string]string{"default": url, "namespace": url + "/ns/sdk"} {
			t.Run(name+"/"+file, func(t *testing.T) {
				clients := exec.Command("node", "--test", "--test-reporter=spec", file)
				clients.Env = append(os.Environ(), "STANDIN_URL="+base)
				run(t, clients)
			})
		}
	}
}

// create makes a namespace, which a client can be told of by the path of its host alone.
func create(t *testing.T, url, name string) {
	t.Helper()
	made, err := http.Post(url+"/__admin/namespaces", "application/json", strings.NewReader(`{"name":"`+name+`"}`))
	if err != nil {
		t.Fatal(err)
	}
	defer made.Body.Close()
	if made.StatusCode != http.StatusCreated {
		t.Fatalf("create the namespace: %s", made.Status)
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
