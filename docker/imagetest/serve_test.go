package imagetest_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/keyturn/keyturn/docker/internal/enginetest"
)

// TestLocked is the container that the README recommends: nothing writable, no
// capabilities, no way to gain any.
func TestLocked(t *testing.T) {
	t.Parallel()
	enginetest.Need(t)
	c := enginetest.Start(t, slices.Concat(enginetest.Locked(), enginetest.Published()))
	base := c.Ready()
	request, err := http.NewRequest(http.MethodPatch, base+"/api/v2/application/61df925846bed781f5757166/refresh-secret", nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer token")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if body, err := io.ReadAll(response.Body); err != nil || response.StatusCode != http.StatusOK || !bytes.HasPrefix(body, []byte(`{"code":200,`)) {
		t.Errorf("a documented rotation: got HTTP %d, %.80s, %v", response.StatusCode, body, err)
	}
	users := strings.Fields(enginetest.Docker(t, "top", c.ID, "-eo", "pid,uid"))
	for i := 3; i < len(users); i += 2 { // a health check may be among them
		if users[i] != "65532" {
			t.Errorf("process %s is user %s's, want 65532", users[i-1], users[i])
		}
	}
	if len(users) < 4 {
		t.Errorf("got the processes %q, want one at least", users)
	}
	outcome := enginetest.Try(t, "exec", c.ID, "/keyturn", "healthcheck")
	if outcome.Code != 0 {
		t.Errorf("healthcheck: exit code %d: %s", outcome.Code, outcome.Stderr)
	}
}

// TestMemory: what an idle container takes after the health checks of a few seconds.
func TestMemory(t *testing.T) {
	t.Parallel()
	enginetest.Need(t)
	c := enginetest.Start(t, []string{"--health-interval", "1s"})
	c.Eventually("healthy", func() bool { return c.Inspect("{{.State.Health.Status}}") == "healthy" })
	used, _, _ := strings.Cut(enginetest.Docker(t, "stats", "--no-stream", "--format", "{{.MemUsage}}", c.ID), " ")
	t.Logf("%s in use", used)
	digits := strings.TrimRight(used, "KMGiB")
	number, err := strconv.ParseFloat(digits, 64)
	scale, known := map[string]float64{"B": 1.0 / (1 << 20), "KiB": 1.0 / (1 << 10), "MiB": 1, "GiB": 1 << 10}[strings.TrimPrefix(used, digits)]
	if err != nil || !known || number == 0 {
		t.Fatalf("got %q, want a size", used)
	}
	if number*scale > 32 {
		t.Errorf("%s in use, want at most 32MiB", used)
	}
}

// TestNothingElseListens looks at the sockets of the container's process.
func TestNothingElseListens(t *testing.T) {
	t.Parallel()
	enginetest.Need(t)
	c := enginetest.Start(t, enginetest.Published())
	c.Ready()
	process := "/proc/" + c.Inspect("{{.State.Pid}}")
	if line, err := os.ReadFile(process + "/cmdline"); err != nil || string(line) != "/keyturn\x00serve\x00" {
		t.Skip("the engine is on another machine")
	}
	const listening, bound = "0A", "07" // states of TCP and UDP in include/net/tcp_states.h of Linux
	var open []string
	for _, kind := range []string{"tcp", "tcp6", "udp", "udp6"} {
		text, err := os.ReadFile(process + "/net/" + kind)
		if err != nil {
			t.Fatal(err)
		}
		for _, line := range strings.Split(string(text), "\n")[1:] {
			fields := strings.Fields(line)
			if len(fields) < 4 || fields[3] != listening && fields[3] != bound {
				continue
			}
			_, port, _ := strings.Cut(fields[1], ":")
			number, err := strconv.ParseUint(port, 16, 16)
			if err != nil {
				t.Fatalf("%s: %v", line, err)
			}
			open = append(open, fmt.Sprintf("%s %d", strings.TrimSuffix(kind, "6"), number))
		}
	}
	if !slices.Equal(open, []string{"tcp 7070"}) {
		t.Errorf("got %q, want tcp 7070 alone", open)
	}
}

// TestHealth: the first check of the engine is one that succeeds.
func TestHealth(t *testing.T) {
	t.Parallel()
	enginetest.Need(t)
	c := enginetest.Start(t, enginetest.Locked())
	c.Eventually("checked", func() bool { return c.Inspect("{{len .State.Health.Log}}") != "0" })
	var state struct {
		StartedAt time.Time
		Health    struct {
			Status string
			Log    []struct {
				End      time.Time
				ExitCode int
				Output   string
			}
		}
	}
	if err := json.Unmarshal([]byte(c.Inspect("{{json .State}}")), &state); err != nil {
		t.Fatal(err)
	}
	first := state.Health.Log[0]
	t.Logf("healthy after %s", first.End.Sub(state.StartedAt))
	if state.Health.Status != "healthy" || first.ExitCode != 0 || first.Output != "" {
		t.Errorf("got %s, and of the first check exit code %d and %q; want healthy and silence", state.Health.Status, first.ExitCode, first.Output)
	}
}

// TestUnhealthy listens elsewhere than where the health check is told to ask.
func TestUnhealthy(t *testing.T) {
	t.Parallel()
	enginetest.Need(t)
	hurried := []string{"--health-interval", "1s", "--health-retries", "1", "--health-start-period", "1ms"}
	c := enginetest.Start(t, hurried, "serve", "--addr", "0.0.0.0:7071")
	c.Eventually("unhealthy", func() bool { return c.Inspect("{{.State.Health.Status}}") == "unhealthy" })
	if said := c.Inspect("{{(index .State.Health.Log 0).Output}}"); !strings.Contains(said, "not ready") || !strings.Contains(said, "connection refused") {
		t.Errorf("the health check said %q", said)
	}
}

func TestMistakes(t *testing.T) {
	t.Parallel()
	enginetest.Need(t)
	tests := map[string]struct {
		variable, want string
	}{
		"a value":    {"KEYTURN_ADDR=7070", "want HOST:PORT"},
		"a variable": {"KEYTURN_ADRR=0.0.0.0:7070", "KEYTURN_ADRR"},
		"a defect":   {"KEYTURN_DEFECT=nonsense", "there is no such defect"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			outcome := enginetest.Try(t, "run", "--rm", "--env", test.variable, enginetest.Image)
			if outcome.Code != 2 || !strings.Contains(outcome.Stderr, test.want) {
				t.Errorf("got exit code %d and %s, want 2 and %q", outcome.Code, outcome.Stderr, test.want)
			}
		})
	}
}

// TestDrain stops a container while half of a request has arrived.
func TestDrain(t *testing.T) {
	t.Parallel()
	enginetest.Need(t)
	c := enginetest.Start(t, slices.Concat(enginetest.Locked(), enginetest.Published()))
	c.Ready()
	connection, err := net.Dial("tcp", c.Address())
	if err != nil {
		t.Fatal(err)
	}
	defer connection.Close()
	connection.SetDeadline(time.Now().Add(30 * time.Second))
	form := "grant_type=client_credentials&client_id=61df925846bed781f5757166&client_secret=2b0f6a7c9d4e4f1e8a35c7d21b96e0f4"
	fmt.Fprintf(connection, "POST /oauth/token HTTP/1.1\r\nHost: keyturn\r\nContent-Type: application/x-www-form-urlencoded\r\nExpect: 100-continue\r\nContent-Length: %d\r\n\r\n", len(form))
	reader := bufio.NewReader(connection)
	if line, err := reader.ReadString('\n'); err != nil || !strings.Contains(line, " 100 ") {
		t.Fatalf("got %q, %v, want to be told to continue, for then it is under way", line, err)
	}
	reader.ReadString('\n') // the empty line after it
	enginetest.Docker(t, "kill", "--signal", c.Inspect("{{.Config.StopSignal}}"), c.ID)
	c.Eventually("draining", func() bool { return strings.Contains(c.Logs(), "msg=draining") })
	if _, err := io.WriteString(connection, form); err != nil {
		t.Fatal(err)
	}
	response, err := http.ReadResponse(reader, nil)
	if err != nil {
		t.Fatalf("no answer: %v", err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusOK || !bytes.Contains(body, []byte("access_token")) {
		t.Errorf("got HTTP %d, %s, %v, want a token", response.StatusCode, body, err)
	}
	if code := c.Ended(); code != "0" {
		t.Errorf("got exit code %s, want 0", code)
	}
}
