package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/keyturn/keyturn/mockserver/mocktest"
)

// proxied runs proxy in this process, has the function use it, and ends it.
func proxied(t *testing.T, use func(at places), args ...string) (code int, stdout, stderr string) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	ready := filepath.Join(t.TempDir(), "ready.json")
	var out, diagnostics bytes.Buffer
	ended := make(chan int, 1)
	go func() {
		ended <- run(ctx, append([]string{"proxy", "--addr", "127.0.0.1:0", "--ready-file", ready}, args...), &out, &diagnostics)
	}()
	for limit := time.Now().Add(patience); ; time.Sleep(5 * time.Millisecond) {
		if text, err := os.ReadFile(ready); err == nil {
			var at places
			if err := json.Unmarshal(text, &at); err != nil {
				t.Fatal(err)
			}
			use(at)
			cancel()
		}
		select {
		case code := <-ended:
			return code, out.String(), diagnostics.String()
		default:
		}
		if ctx.Err() != nil {
			return <-ended, out.String(), diagnostics.String()
		}
		if time.Now().After(limit) {
			cancel()
			<-ended
			t.Fatalf("it does not listen: %s", diagnostics.String())
		}
	}
}

// rotate refreshes a secret by way of the address.
func rotate(t *testing.T, base string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPatch, base+"/api/v2/application/61df925846bed781f5757166/refresh-secret", http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer token")
	response, err := http.DefaultTransport.RoundTrip(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if text, err := io.ReadAll(response.Body); err != nil || response.StatusCode != http.StatusOK {
		t.Fatalf("HTTP %d %s, %v", response.StatusCode, text, err)
	}
}

func TestProxy(t *testing.T) {
	clean := mocktest.Start(t).BaseURL()
	broken := mocktest.Start(t, mocktest.WithDefect("required-member-is-missing")).BaseURL()
	const row = "refreshSecret  reply body  /message  required member is missing  1"
	for name, test := range map[string]struct {
		upstream string
		fail     []string
		code     int
		stdout   []string
		stderr   string
	}{
		"clean":        {clean, []string{"--fail-on-drift"}, exitOK, []string{"0 of 1 exchanges break the document."}, ""},
		"drift":        {broken, nil, exitOK, []string{"1 of 1 exchanges break the document.", row}, ""},
		"drift counts": {broken, []string{"--fail-on-drift"}, exitFailure, []string{"1 of 1 exchanges break the document.", row}, "keyturn: " + broken + ": 1 of 1 exchanges break the document"},
	} {
		t.Run(name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "record.jsonl")
			args := append([]string{"--provider", "authing-v2", "--upstream", test.upstream, "--record", file}, test.fail...)
			code, stdout, stderr := proxied(t, func(at places) { rotate(t, at.URL) }, args...)
			if code != test.code || !strings.Contains(stderr, test.stderr) {
				t.Errorf("got exit %d and %q, want %d and %q", code, stderr, test.code, test.stderr)
			}
			for _, want := range append(test.stdout, "stands before "+test.upstream, "/__admin/ui/\n", "record    "+file, "/__admin/drift") {
				if !strings.Contains(stdout, want) {
					t.Errorf("no %q in %s", want, stdout)
				}
			}
			info, err := os.Stat(file)
			if err != nil || info.Mode().Perm() != 0o600 {
				t.Errorf("the record is %v, %v", info, err)
			}
			if text := string(readAll(t, file)); strings.Count(text, "\n") != 1 || !strings.Contains(text, `"operation":"refreshSecret"`) || strings.Contains(text, "Bearer token") {
				t.Errorf("the record is %s", text)
			}
		})
	}
}

// TestProxyProvesNothing has no deployment answer, and then no request come.
func TestProxyProvesNothing(t *testing.T) {
	gone := httptest.NewServer(http.NotFoundHandler())
	gone.Close()
	for name, test := range map[string]struct {
		use            func(t *testing.T, at places)
		stdout, stderr string
	}{
		"no answer": {func(t *testing.T, at places) {
			t.Helper()
			if got, text := askAdmin(t, at.URL+"/api/v2/applications", "token"); got != http.StatusBadGateway {
				t.Errorf("HTTP %d %s", got, text)
			}
		}, ": 0 of 1 exchanges break the document, and 1 were not answered.", ": 1 of 1 exchanges were not answered"},
		"no request": {func(*testing.T, places) {}, ": 0 of 0 exchanges break the document.", ": there was no exchange"},
	} {
		t.Run(name, func(t *testing.T) {
			for _, flags := range [][]string{nil, {"--fail-on-drift"}} {
				code, stdout, stderr := proxied(t, func(at places) { test.use(t, at) }, append(flags, "--provider", "authing-v2", "--upstream", gone.URL)...)
				want := exitOK
				if flags != nil {
					want = exitFailure
				}
				if code != want || !strings.Contains(stdout, test.stdout) || strings.Contains(stderr, test.stderr) != (want == exitFailure) {
					t.Errorf("%v: got exit %d, %s and %s, want %d", flags, code, stdout, stderr, want)
				}
			}
		})
	}
}

// TestProxySaysThatTheRecordFails has a disk on which there is no room.
func TestProxySaysThatTheRecordFails(t *testing.T) {
	const full = "/dev/full"
	if _, err := os.Stat(full); err != nil {
		t.Skipf("there is no such disk: %v", err)
	}
	code, _, stderr := proxied(t, func(at places) { rotate(t, at.URL) },
		"--provider", "authing-v2", "--upstream", mocktest.Start(t).BaseURL(), "--record", full)
	if code != exitFailure || !strings.Contains(stderr, "level=ERROR msg=\"an exchange cannot be recorded") || !strings.Contains(stderr, "keyturn: record: write "+full) {
		t.Errorf("got exit %d and %s", code, stderr)
	}
}

// TestProxyHasAPlaneOfItsOwn is the way to keep the deployment's scripts out of it.
func TestProxyHasAPlaneOfItsOwn(t *testing.T) {
	upstream := mocktest.Start(t).BaseURL()
	var banner []string
	code, stdout, stderr := proxied(t, func(at places) {
		plane := strings.TrimSuffix(at.AdminURL, "/__admin")
		if plane == at.AdminURL || plane == at.URL {
			t.Fatalf("the ready file says %+v", at)
		}
		rotate(t, at.URL)
		for address, want := range map[string]int{
			at.URL + "/__admin/health":           http.StatusOK,
			at.URL + "/__admin/drift":            http.StatusNotFound,
			at.URL + "/__admin/ui/":              http.StatusNotFound,
			at.URL + "/ns/default/__admin/world": http.StatusNotFound,
			at.AdminURL + "/drift":               http.StatusOK,
			at.AdminURL + "/ui/":                 http.StatusOK,
			plane + "/api/v2/applications":       http.StatusNotFound,
		} {
			if got, text := askAdmin(t, address, ""); got != want {
				t.Errorf("%s: HTTP %d %.200s, want %d", address, got, text, want)
			}
		}
		page, err := http.NewRequestWithContext(t.Context(), http.MethodGet, at.AdminURL+"/drift", http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		page.Header.Set("Origin", at.URL)
		response, err := http.DefaultTransport.RoundTrip(page)
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()
		if response.StatusCode != http.StatusForbidden {
			t.Errorf("a page of the deployment reads the plane: HTTP %d", response.StatusCode)
		}
		banner = []string{"admin     " + at.AdminURL, "console   " + at.AdminURL + "/ui/", "docs      " + at.AdminURL + "/docs/", "  curl " + at.AdminURL + "/drift"}
	}, "--provider", "authing-v2", "--upstream", upstream, "--admin-addr", "127.0.0.1:0", "--fail-on-drift")
	if code != exitOK || !strings.Contains(stdout, "0 of 1 exchanges break the document.") {
		t.Errorf("got exit %d, %s and %s", code, stdout, stderr)
	}
	for _, want := range banner {
		if !strings.Contains(stdout, want+"\n") {
			t.Errorf("no %q in %s", want, stdout)
		}
	}
}

// TestProxyTrusts gives the authority as the referee is given it.
func TestProxyTrusts(t *testing.T) {
	server := mocktest.Start(t, mocktest.WithTLS())
	authority := writeFile(t, "ca.pem", string(server.CA()))
	if code, stdout, stderr := proxied(t, func(at places) { rotate(t, at.URL) },
		"--provider", "authing-v2", "--upstream", server.BaseURL(), "--ca-cert", authority); code != exitOK || !strings.Contains(stdout, "0 of 1") {
		t.Errorf("got exit %d, %s and %s", code, stdout, stderr)
	}
}

func TestMistakesAboutProxy(t *testing.T) {
	server := httptest.NewServer(http.NotFoundHandler())
	server.Close()
	here := "--provider angusgm --upstream " + server.URL
	for name, test := range map[string]struct {
		args, want string
		code       int
	}{
		"no provider":      {"--upstream " + server.URL, "want --provider NAME, one of angusgm", exitUsage},
		"no upstream":      {"--provider angusgm", "want --upstream URL", exitUsage},
		"unknown provider": {"--provider acme", `"--provider" flag: want one of angusgm`, exitUsage},
		"no URL":           {"--upstream id.example.com", `upstream "id.example.com": want an http or https URL`, exitUsage},
		"password":         {"--upstream https://u:hidden@id.example.com", "without a user and a password", exitUsage},
		"authority":        {here + " --ca-cert nowhere.pem", "--ca-cert nowhere.pem: no such file", exitUsage},
		"timeout":          {here + " --timeout soon", `"--timeout" flag: want a duration`, exitUsage},
		"record":           {here + " --record " + t.TempDir(), "record: open", exitFailure},
		"TLS":              {here + " --tls-name a.test", "tls-name is given without --tls", exitUsage},
		"admin address":    {here + " --admin-addr 7071", `"--admin-addr" flag: want HOST:PORT`, exitUsage},
		"plane":            {here + " --admin-addr 192.0.2.1:1", "admin-addr: listen", exitFailure},
		"address":          {here + " --addr 192.0.2.1:1", "addr: listen", exitFailure},
	} {
		t.Run(name, func(t *testing.T) {
			code, stdout, stderr := call(t, append([]string{"proxy", "--addr", "127.0.0.1:0"}, strings.Fields(test.args)...)...)
			if code != test.code || !strings.Contains(stderr, test.want) || strings.Contains(stderr, "hidden") || stdout != "" {
				t.Errorf("got exit %d, %q and %q, want %d and %q", code, stdout, stderr, test.code, test.want)
			}
		})
	}
}
