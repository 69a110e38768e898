package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

const patience = 20 * time.Second

// buildFolder is where the program is built, if a test asks for it.
var buildFolder string

func TestMain(m *testing.M) {
	var err error
	if buildFolder, err = os.MkdirTemp("", "keyturn-test-"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	code := m.Run()
	os.RemoveAll(buildFolder)
	os.Exit(code)
}

var binary = sync.OnceValues(func() (string, error) {
	file := filepath.Join(buildFolder, "keyturn")
	if text, err := exec.Command("go", "build", "-o", file, ".").CombinedOutput(); err != nil {
		return "", fmt.Errorf("%w: %s", err, text)
	}
	return file, nil
})

// process is a running serve.
type process struct {
	places
	cmd    *exec.Cmd
	ready  string
	stdout string
	stderr *lines
}

// lines collects what is written, and tells who waits for a word.
type lines struct {
	mu   sync.Mutex
	text strings.Builder
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

func (l *lines) await(t *testing.T, word string) {
	t.Helper()
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		if strings.Contains(l.String(), word) {
			return
		}
	}
	t.Fatalf("no %q in %q", word, l.String())
}

func startServe(t *testing.T, args ...string) *process {
	t.Helper()
	file, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	ready := filepath.Join(folder, "ready.json")
	// A file, not a pipe: what it holds by the time of the first diagnostics is
	// all that was printed before.
	stdout, err := os.Create(filepath.Join(folder, "stdout"))
	if err != nil {
		t.Fatal(err)
	}
	defer stdout.Close()
	p := &process{ready: ready, stderr: &lines{}}
	p.cmd = exec.Command(file, append([]string{"serve", "--addr", "127.0.0.1:0", "--ready-file", ready}, args...)...)
	p.cmd.Stdout, p.cmd.Stderr = stdout, p.stderr
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if p.cmd.ProcessState == nil {
			_ = p.cmd.Process.Kill()
			_ = p.cmd.Wait()
		}
	})
	p.stderr.await(t, "listening")
	printed, err := os.ReadFile(stdout.Name())
	if err != nil {
		t.Fatal(err)
	}
	p.stdout = string(printed)
	text, err := os.ReadFile(ready)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &p.places); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(ready); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the ready file has mode %v, %v", info.Mode(), err)
	}
	return p
}

// exit waits for the end and returns the exit code.
func (p *process) exit(t *testing.T) int {
	t.Helper()
	timer := time.AfterFunc(patience, func() { _ = p.cmd.Process.Kill() })
	defer timer.Stop()
	_ = p.cmd.Wait()
	return p.cmd.ProcessState.ExitCode()
}

func (p *process) terminate(t *testing.T) {
	t.Helper()
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
}

func TestServeIsHealthyAndStops(t *testing.T) {
	p := startServe(t)
	if p.AdminURL != p.URL+"/__admin" {
		t.Errorf("got %+v", p.places)
	}
	if code, _, stderr := call(t, "healthcheck", "--url", p.URL); code != exitOK {
		t.Errorf("healthcheck: got exit %d and %s", code, stderr)
	}
	t.Setenv("KEYTURN_ADDR", strings.Replace(strings.TrimPrefix(p.URL, "http://"), "127.0.0.1", "0.0.0.0", 1))
	if code, _, stderr := call(t, "healthcheck"); code != exitOK {
		t.Errorf("healthcheck by KEYTURN_ADDR: got exit %d and %s", code, stderr)
	}
	if code, _, _ := call(t, "healthcheck", "--url", p.URL+"/elsewhere"); code != exitFailure {
		t.Errorf("healthcheck at the wrong place: got exit %d, want 1", code)
	}
	if code, _, stderr := call(t, "serve", "--addr", strings.TrimPrefix(p.URL, "http://")); code != exitFailure || !strings.Contains(stderr, "addr: ") {
		t.Errorf("a second server at the same port: got exit %d and %s", code, stderr)
	}
	p.terminate(t)
	if code := p.exit(t); code != exitOK {
		t.Errorf("got exit %d: %s", code, p.stderr)
	}
	if _, err := os.Stat(p.ready); !os.IsNotExist(err) {
		t.Errorf("the ready file is still there: %v", err)
	}
}

// TestAStaleReadyFileGoes has a server that cannot listen find what another left.
func TestAStaleReadyFileGoes(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	stale := writeFile(t, "ready.json", "{}")
	if code, _, stderr := call(t, "serve", "--addr", listener.Addr().String(), "--ready-file", stale); code != exitFailure {
		t.Errorf("got exit %d: %s", code, stderr)
	}
	if _, err := os.Stat(stale); !os.IsNotExist(err) {
		t.Errorf("the ready file is still there: %v", err)
	}
}

var curlLine = regexp.MustCompile(`(?m)^  curl .*$`)

func TestBannerCurlsWork(t *testing.T) {
	curl, err := exec.LookPath("curl")
	if err != nil {
		t.Skip("curl is not installed")
	}
	p := startServe(t)
	commands := curlLine.FindAllString(p.stdout, -1)
	if len(commands) == 0 {
		t.Fatalf("no request to try in %s", p.stdout)
	}
	for _, command := range commands {
		rest := strings.TrimPrefix(strings.TrimSpace(command), "curl ")
		got, err := exec.Command("sh", "-c", curl+" -sS -o /dev/null -w '%{http_code}' "+rest).CombinedOutput()
		if err != nil || !strings.HasPrefix(string(got), "2") {
			t.Errorf("%s: got %s, %v", command, got, err)
		}
	}
	for _, word := range []string{p.URL + "\n", p.AdminURL + "\n", p.URL + "/__admin/docs/\n"} {
		if !strings.Contains(p.stdout, word) {
			t.Errorf("no %q in %s", word, p.stdout)
		}
	}
}

func TestACustomWorldGetsAHint(t *testing.T) {
	world := writeFile(t, "mine.yaml", "version: 1\nrealms: {}\n")
	p := startServe(t, "--world", world, "--log-format", "json", "--log-level", "debug")
	if commands := curlLine.FindAllString(p.stdout, -1); len(commands) != 1 || !strings.Contains(commands[0], "/__admin/world") {
		t.Errorf("got %q in %s", commands, p.stdout)
	}
	first, _, _ := strings.Cut(p.stderr.String(), "\n")
	var line struct{ Msg, URL string }
	if err := json.Unmarshal([]byte(first), &line); err != nil || line.Msg != "listening" || line.URL != p.URL {
		t.Errorf("got %q, %v", first, err)
	}
}

// upload starts to put a world, and returns what finishes it.
func (p *process) upload(t *testing.T) (finish func() (*http.Response, error)) {
	t.Helper()
	const world = `{"version": 1, "realms": {}}`
	connection, err := net.Dial("tcp", strings.TrimPrefix(p.URL, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { connection.Close() })
	_ = connection.SetDeadline(time.Now().Add(patience))
	fmt.Fprintf(connection, "PUT /__admin/world HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nExpect: 100-continue\r\nContent-Length: %d\r\n\r\n", len(world))
	reader := bufio.NewReader(connection)
	// The server asks for the body once the handler reads it: now it is under way.
	if line, err := reader.ReadString('\n'); err != nil || !strings.Contains(line, "100") {
		t.Fatalf("got %q, %v", line, err)
	}
	if _, err := reader.ReadString('\n'); err != nil {
		t.Fatal(err)
	}
	_, _ = io.WriteString(connection, world[:5])
	return func() (*http.Response, error) {
		if _, err := io.WriteString(connection, world[5:]); err != nil {
			return nil, err
		}
		return http.ReadResponse(reader, nil)
	}
}

func TestRequestsUnderWayGetTheirAnswer(t *testing.T) {
	p := startServe(t, "--drain-timeout", "15s")
	finish := p.upload(t)
	p.terminate(t)
	p.stderr.await(t, "draining")
	if response, err := finish(); err != nil || response.StatusCode != http.StatusNoContent {
		t.Errorf("got %v, %v", response, err)
	}
	if code := p.exit(t); code != exitOK {
		t.Errorf("got exit %d: %s", code, p.stderr)
	}
}

func TestTheDrainTimeoutEndsTheWait(t *testing.T) {
	p := startServe(t, "--drain-timeout", "300ms")
	p.upload(t)
	p.terminate(t)
	if code := p.exit(t); code != exitOK || !strings.Contains(p.stderr.String(), "cut off") {
		t.Errorf("got exit %d: %s", code, p.stderr)
	}
}

func TestASecondSignalEndsItAtOnce(t *testing.T) {
	p := startServe(t, "--drain-timeout", "1h")
	p.upload(t)
	p.terminate(t)
	p.stderr.await(t, "draining")
	p.terminate(t)
	if code := p.exit(t); code != exitFailure {
		t.Errorf("got exit %d, want 1: %s", code, p.stderr)
	}
}
