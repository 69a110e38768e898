package main

import (
	"encoding/json"
	"io"
	"net"
	"net/http"
	"os/exec"
	"strings"
	"testing"
)

const hush = "hush-hush"

// askAdmin sends a GET, with the token unless it is empty.
func askAdmin(t *testing.T, address, token string) (status int, text string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	if token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	response, err := http.DefaultTransport.RoundTrip(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(body)
}

// wantAdmin wants what is open to be answered, and the rest with this status.
func (p *process) wantAdmin(t *testing.T, token string, status int) (text string) {
	t.Helper()
	for _, open := range []string{"/health", "/ready", "/version", "/specs", "/specs/admin"} {
		if got, body := askAdmin(t, p.AdminURL+open, token); got != http.StatusOK {
			t.Errorf("%s: HTTP %d %s", open, got, body)
		}
	}
	got, text := askAdmin(t, p.AdminURL+"/world", token)
	if got != status {
		t.Errorf("with the token %q: HTTP %d %s, want %d", token, got, text, status)
	}
	return text
}

// TestServeAsksForTheToken gives it every way that there is.
func TestServeAsksForTheToken(t *testing.T) {
	world := writeFile(t, "mine.yaml", "version: 1\nrealms: {}\n")
	config := writeFile(t, "k.yaml", "admin-plane-token: "+hush+"\n")
	for name, start := range map[string]func() *process{
		"flag": func() *process {
			return startServe(t, "--admin-plane-token", hush, "--world", world, "--log-level", "debug")
		},
		"file": func() *process { return startServe(t, "--config", config, "--world", world, "--log-level", "debug") },
		"variable": func() *process {
			t.Setenv("KEYTURN_ADMIN_PLANE_TOKEN", hush)
			return startServe(t, "--addr", "0.0.0.0:0", "--world", world, "--log-level", "debug")
		},
	} {
		t.Run(name, func(t *testing.T) {
			p := start()
			p.wantAdmin(t, hush, http.StatusOK)
			p.wantAdmin(t, hush+"x", http.StatusUnauthorized)
			refused := p.wantAdmin(t, "", http.StatusUnauthorized)
			for _, word := range []string{"--" + adminTokenFlag, variableOf(adminTokenFlag)} {
				if !strings.Contains(refused, word) {
					t.Errorf("no %s in %s", word, refused)
				}
			}
			for what, text := range map[string]string{"banner": p.stdout, "log": p.stderr.String(), "refusal": refused} {
				if strings.Contains(text, hush) {
					t.Errorf("the %s shows the token: %s", what, text)
				}
			}
			if strings.Contains(p.stdout, "closed") {
				t.Errorf("got %s", p.stdout)
			}
			p.wantWorldByCurl(t)
		})
	}
}

// wantWorldByCurl runs what the banner says, in a shell that has the variable.
func (p *process) wantWorldByCurl(t *testing.T) {
	t.Helper()
	curl, err := exec.LookPath("curl")
	if err != nil {
		return
	}
	commands := curlLine.FindAllString(p.stdout, -1)
	if len(commands) != 1 {
		t.Fatalf("got %q", commands)
	}
	shell := exec.Command("sh", "-c", curl+" -sS "+strings.TrimPrefix(strings.TrimSpace(commands[0]), "curl "))
	shell.Env = append(shell.Environ(), "KEYTURN_ADMIN_PLANE_TOKEN="+hush)
	text, err := shell.CombinedOutput()
	var shown struct{ Realms map[string]any }
	if err != nil || json.Unmarshal(text, &shown) != nil || shown.Realms == nil {
		t.Errorf("%s: got %s, %v", commands[0], text, err)
	}
}

// TestServeIsClosedToOthers listens where other machines can reach it.
func TestServeIsClosedToOthers(t *testing.T) {
	for _, addr := range []string{"0.0.0.0:0", ":0"} {
		p := startServe(t, "--addr", addr)
		refused := p.wantAdmin(t, "", http.StatusForbidden)
		p.wantAdmin(t, hush, http.StatusForbidden)
		for _, text := range []string{refused, p.stdout} {
			if !strings.Contains(text, "--"+adminTokenFlag+" or "+variableOf(adminTokenFlag)) || !strings.Contains(text, "other machines can reach it") {
				t.Errorf("%s: got %s", addr, text)
			}
		}
	}
}

// TestTheRefereesTokenIsAnother has both in one environment, as a CI job has.
func TestTheRefereesTokenIsAnother(t *testing.T) {
	t.Setenv("KEYTURN_ADMIN_TOKEN", "token-of-the-target")
	p := startServe(t)
	p.wantAdmin(t, "", http.StatusOK)
	t.Setenv("KEYTURN_ADMIN_PLANE_TOKEN", hush)
	p = startServe(t)
	p.wantAdmin(t, "token-of-the-target", http.StatusUnauthorized)
	p.wantAdmin(t, hush, http.StatusOK)
}

// TestANameIsWhereItListens has names of this machine alone that do not look like one.
func TestANameIsWhereItListens(t *testing.T) {
	for _, addr := range []string{"LOCALHOST:0", "127.1.2.3:0"} {
		p := startServe(t, "--addr", addr)
		p.wantAdmin(t, "", http.StatusOK)
		if strings.Contains(p.stdout, "closed") {
			t.Errorf("%s: got %s", addr, p.stdout)
		}
	}
	for ip, want := range map[string]bool{
		"127.0.0.1": true, "127.1.2.3": true, "::1": true, "::ffff:127.0.0.1": true,
		"0.0.0.0": false, "::": false, "192.0.2.7": false,
	} {
		if got := isLoopback(&net.TCPAddr{IP: net.ParseIP(ip)}); got != want {
			t.Errorf("%s: got %t", ip, got)
		}
	}
	if isLoopback(&net.UnixAddr{Name: "localhost:0", Net: "unix"}) {
		t.Error("an address without an IP is taken for this machine's")
	}
}

// TestAnEmptyTokenIsAMistake is one of a script that was meant to hold something.
func TestAnEmptyTokenIsAMistake(t *testing.T) {
	t.Setenv("KEYTURN_ADMIN_PLANE_TOKEN", "")
	for _, addr := range []string{"127.0.0.1:0", ":0"} {
		code, stdout, stderr := call(t, "serve", "--addr", addr, "--ready-file", "/no/such/folder/ready.json") // ends either way
		if want := "KEYTURN_ADMIN_PLANE_TOKEN: admin token: want at least 8"; code != exitUsage || stdout != "" || !strings.Contains(stderr, want) {
			t.Errorf("%s: got exit %d, %q and %q, want 2 and %q", addr, code, stdout, stderr, want)
		}
	}
}

// TestSecretsAreNotRepeated has tokens that are refused, and places where one can end
// up by mistake.
func TestSecretsAreNotRepeated(t *testing.T) {
	const want = "admin token: want at least 8 visible ASCII characters, and no space among them"
	file := writeFile(t, "k.yaml", "admin-plane-token: hush\n")
	list := writeFile(t, "l.yaml", "admin-plane-token: [hush]\n")
	for name, test := range map[string]struct {
		variable string
		args     []string
		want     string
	}{
		"short flag":      {"", []string{"--admin-plane-token", "hush"}, `invalid argument for "--admin-plane-token" flag: ` + want},
		"spaces":          {"", []string{"--admin-plane-token=hush hush hush"}, want},
		"empty flag":      {"", []string{"--admin-plane-token="}, want},
		"variable":        {"hush", nil, "KEYTURN_ADMIN_PLANE_TOKEN: " + want},
		"hidden variable": {"hush", []string{"--admin-plane-token", "long-enough"}, "KEYTURN_ADMIN_PLANE_TOKEN: " + want},
		"file":            {"", []string{"--config", file}, "k.yaml:1: admin-plane-token: " + want},
		"list in a file":  {"", []string{"--config", list}, "l.yaml:1: admin-plane-token: want one value, not a list"},
		"misspelt":        {"", []string{"--admin-plan-token=hush"}, "unknown flag: --admin-plan-token, the nearest is --admin-plane-token"},
		"one dash":        {"", []string{"-admin-plane-token=hush"}, "unknown shorthand flag: 'a' in -admin-plane-token"},
		"three dashes":    {"", []string{"---admin-plane-token=hush"}, "bad flag syntax: ---admin-plane-token"},
	} {
		t.Run(name, func(t *testing.T) {
			if test.variable != "" {
				t.Setenv("KEYTURN_ADMIN_PLANE_TOKEN", test.variable)
			}
			code, stdout, stderr := call(t, append([]string{"serve", "--addr", "127.0.0.1:0"}, test.args...)...)
			if code != exitUsage || !strings.Contains(stderr, test.want) || strings.Contains(stdout+stderr, "hush") {
				t.Errorf("got exit %d, %q and %q, want 2 and %q", code, stdout, stderr, test.want)
			}
		})
	}
	var token string
	if flag := newSecret(&token, "TOKEN", parseAdminToken); flag.Set(hush) != nil || token != hush || flag.String() != "" {
		t.Errorf("got %q and show %q", token, flag)
	}
	t.Setenv("KEYTURN_ADMIN_PLANE_TOKEN", hush)
	if code, stdout, stderr := call(t, "serve", "--admin-plane-token", hush, "--help"); code != exitOK || strings.Contains(stdout+stderr, hush) {
		t.Errorf("help: got exit %d, %s and %s", code, stdout, stderr)
	}
}

// TestAllowRemoteIsGone holds those who still give it to the token.
func TestAllowRemoteIsGone(t *testing.T) {
	if code, _, stderr := call(t, "serve", "--allow-remote"); code != exitUsage || !strings.Contains(stderr, "unknown flag: --allow-remote") {
		t.Errorf("got exit %d and %s", code, stderr)
	}
	t.Setenv("KEYTURN_ALLOW_REMOTE", "true")
	if code, _, stderr := call(t, "serve"); code != exitUsage || !strings.Contains(stderr, "unknown environment variable KEYTURN_ALLOW_REMOTE") {
		t.Errorf("got exit %d and %s", code, stderr)
	}
}
