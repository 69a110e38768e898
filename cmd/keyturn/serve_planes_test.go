package main

import (
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestTheAdminPlaneHasAListenerOfItsOwn gives its address every way that there is.
func TestTheAdminPlaneHasAListenerOfItsOwn(t *testing.T) {
	config := writeFile(t, "k.yaml", "admin-addr: 127.0.0.1:0\n")
	for name, start := range map[string]func() *process{
		"flag": func() *process { return startServe(t, "--admin-addr", "127.0.0.1:0") },
		"file": func() *process { return startServe(t, "--config", config) },
		"variable": func() *process {
			t.Setenv("KEYTURN_ADMIN_ADDR", "127.0.0.1:0")
			return startServe(t)
		},
	} {
		t.Run(name, func(t *testing.T) {
			p := start()
			if !strings.HasPrefix(p.AdminURL, "http://127.0.0.1:") || !strings.HasSuffix(p.AdminURL, "/__admin") || p.AdminURL == p.URL+"/__admin" {
				t.Fatalf("the ready file says %+v", p.places)
			}
			p.wantAdmin(t, "", http.StatusOK)
			p.wantOnlyWhatIsOpen(t)
			admin := strings.TrimSuffix(p.AdminURL, "/__admin")
			for address, want := range map[string]int{
				p.URL + "/.well-known/openid-configuration": http.StatusOK,
				p.URL + "/metrics":                          http.StatusOK,
				admin + "/metrics":                          http.StatusOK,
				admin + "/__admin/docs/":                    http.StatusOK,
				admin + "/__admin/ui/":                      http.StatusOK,
				admin + "/ns/default/__admin/clock":         http.StatusOK,
				admin + "/.well-known/openid-configuration": http.StatusNotFound,
				admin + "/":                                 http.StatusNotFound,
			} {
				if got, text := askAdmin(t, address, ""); got != want {
					t.Errorf("%s: HTTP %d %s, want %d", address, got, text, want)
				}
			}
			for _, line := range []string{"base URL  " + p.URL, "admin     " + p.AdminURL, "console   " + p.AdminURL + "/ui/", "docs      " + p.AdminURL + "/docs/"} {
				if !strings.Contains(p.stdout, line+"\n") {
					t.Errorf("no %q in %s", line, p.stdout)
				}
			}
			if !strings.Contains(p.stderr.String(), "admin_url="+p.AdminURL) {
				t.Errorf("the log is %s", p.stderr)
			}
			p.terminate(t)
			if code := p.exit(t); code != exitOK {
				t.Errorf("got exit %d: %s", code, p.stderr)
			}
		})
	}
}

// wantOnlyWhatIsOpen asks the main listener for the plane, with and without a token.
func (p *process) wantOnlyWhatIsOpen(t *testing.T) {
	t.Helper()
	_, port, err := net.SplitHostPort(strings.TrimSuffix(p.AdminURL[strings.Index(p.AdminURL, "://")+3:], "/__admin"))
	if err != nil {
		t.Fatal(err)
	}
	for _, token := range []string{"", hush} {
		for _, path := range []string{"/health", "/ready", "/version", "/specs", "/specs/admin"} {
			if got, text := askAdmin(t, p.URL+"/__admin"+path, token); got != http.StatusOK {
				t.Errorf("%s: HTTP %d %s", path, got, text)
			}
		}
		for _, path := range []string{"", "/", "/world", "/requests", "/settings", "/docs/", "/ui/"} {
			got, text := askAdmin(t, p.URL+"/__admin"+path, token)
			if got != http.StatusNotFound || !strings.Contains(text, "--admin-addr") || strings.Contains(text, port) {
				t.Errorf("%s: HTTP %d %s", path, got, text)
			}
		}
	}
}

// TestThePlaneIsClosedWhereItListens has one listener that other machines reach and one that
// they do not, either way around.
func TestThePlaneIsClosedWhereItListens(t *testing.T) {
	for name, test := range map[string]struct {
		args   []string
		token  string
		status int
		closed bool
	}{
		"plane for this machine":           {[]string{"--addr", ":0", "--admin-addr", "127.0.0.1:0"}, "", http.StatusOK, false},
		"plane for others":                 {[]string{"--admin-addr", "0.0.0.0:0"}, "", http.StatusForbidden, true},
		"plane for others, with its token": {[]string{"--admin-addr", ":0", "--admin-plane-token", hush}, hush, http.StatusOK, false},
		"plane for others, another token":  {[]string{"--admin-addr", ":0", "--admin-plane-token", hush}, "guess-guess", http.StatusUnauthorized, false},
	} {
		t.Run(name, func(t *testing.T) {
			p := startServe(t, test.args...)
			p.wantAdmin(t, test.token, test.status)
			p.wantOnlyWhatIsOpen(t)
			if got := strings.Contains(p.stdout, "The admin plane is closed"); got != test.closed {
				t.Errorf("got %s", p.stdout)
			}
		})
	}
}

// TestTheBannersCurlGoesToThePlane asks for a world of the user's own.
func TestTheBannersCurlGoesToThePlane(t *testing.T) {
	p := startServe(t, "--admin-addr", "127.0.0.1:0", "--admin-plane-token", hush, "--world", writeFile(t, "mine.yaml", "version: 1\nrealms: {}\n"))
	p.wantWorldByCurl(t)
}

func TestBothListenersSpeakTLS(t *testing.T) {
	mine := makePair(t, inAnHour())
	p := startServe(t, "--admin-addr", "127.0.0.1:0", "--tls", "--tls-dir", t.TempDir(), "--tls-client-ca", mine.certFile)
	if !strings.HasPrefix(p.AdminURL, "https://127.0.0.1:") || strings.HasPrefix(p.AdminURL, p.URL) {
		t.Fatalf("the ready file says %+v", p.places)
	}
	with, without := trusting(t, p.CAFile, mine.certificate), trusting(t, p.CAFile)
	for address, want := range map[string]struct{ with, without int }{
		p.AdminURL + "/world":                       {http.StatusOK, http.StatusForbidden},
		p.AdminURL + "/health":                      {http.StatusOK, http.StatusOK},
		p.URL + "/__admin/ready":                    {http.StatusOK, http.StatusOK},
		p.URL + "/__admin/world":                    {http.StatusNotFound, http.StatusForbidden},
		p.URL + "/__admin/ca.pem":                   {http.StatusOK, http.StatusForbidden},
		p.URL + "/.well-known/openid-configuration": {http.StatusOK, http.StatusForbidden},
	} {
		if response, text := get(t, with, address); response.StatusCode != want.with {
			t.Errorf("%s with a certificate: got %s %s", address, response.Status, text)
		}
		if response, text := get(t, without, address); response.StatusCode != want.without {
			t.Errorf("%s without a certificate: got %s %s", address, response.Status, text)
		}
	}
	if code, _, stderr := call(t, "healthcheck", "--url", p.URL); code != exitOK {
		t.Errorf("healthcheck: got exit %d and %s", code, stderr)
	}
}

// TestTheCertificateIsForThePlanesHostToo needs no such address on this machine.
func TestTheCertificateIsForThePlanesHostToo(t *testing.T) {
	s := serveSettings{addr: "main.test:1", adminAddr: "plane.test:2"}
	secure, err := (&tlsSettings{own: true, dir: t.TempDir()}).open(inAnHour(), s.ownHosts()...)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"main.test", "plane.test"} {
		if err := secure.config.Certificates[0].Leaf.VerifyHostname(name); err != nil {
			t.Error(err)
		}
	}
}

// TestHealthcheckAsksTheMainListener has serve's variables, as a container has.
func TestHealthcheckAsksTheMainListener(t *testing.T) {
	p := startServe(t, "--admin-addr", "127.0.0.1:0")
	t.Setenv("KEYTURN_ADDR", strings.TrimPrefix(p.URL, "http://"))
	t.Setenv("KEYTURN_ADMIN_ADDR", "127.0.0.1:1")
	if code, _, stderr := call(t, "healthcheck"); code != exitOK {
		t.Errorf("got exit %d and %s", code, stderr)
	}
}

// TestNobodyIsToldOfHalfAServer has one of the two addresses in use.
func TestNobodyIsToldOfHalfAServer(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	for flag, args := range map[string][]string{
		"addr":       {"--addr", taken.Addr().String(), "--admin-addr", "127.0.0.1:0"},
		"admin-addr": {"--addr", "127.0.0.1:0", "--admin-addr", taken.Addr().String()},
	} {
		ready := filepath.Join(t.TempDir(), "ready.json")
		code, stdout, stderr := call(t, append([]string{"serve", "--ready-file", ready}, args...)...)
		if code != exitFailure || stdout != "" || !strings.Contains(stderr, " "+flag+": ") || !strings.Contains(stderr, "address already in use") {
			t.Errorf("%s: got exit %d, %q and %q", flag, code, stdout, stderr)
		}
		if _, err := os.Stat(ready); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("%s: the ready file is there: %v", flag, err)
		}
	}
	if code, _, stderr := call(t, "serve", "--admin-addr", "7071"); code != exitUsage || !strings.Contains(stderr, `"--admin-addr" flag: want HOST:PORT`) {
		t.Errorf("no address: got exit %d and %s", code, stderr)
	}
}

// TestBothListenersDrain has a request under way at each.
func TestBothListenersDrain(t *testing.T) {
	p := startServe(t, "--admin-addr", "127.0.0.1:0", "--drain-timeout", "15s")
	plane := *p
	plane.URL = strings.TrimSuffix(p.AdminURL, "/__admin")
	finish := plane.upload(t)
	stream, err := http.Get(p.AdminURL + "/requests/stream")
	if err != nil {
		t.Fatal(err)
	}
	defer stream.Body.Close()
	p.terminate(t)
	p.stderr.await(t, "msg=draining address="+strings.TrimPrefix(plane.URL, "http://"))
	p.stderr.await(t, "msg=draining address="+strings.TrimPrefix(p.URL, "http://"))
	if _, err := io.ReadAll(stream.Body); err != nil {
		t.Errorf("the stream ended with %v", err)
	}
	if response, err := finish(); err != nil || response.StatusCode != http.StatusNoContent {
		t.Errorf("got %v, %v", response, err)
	}
	if code := p.exit(t); code != exitOK {
		t.Errorf("got exit %d: %s", code, p.stderr)
	}
}

// TestWithoutTheFlagAllIsAtOneAddress is what those have who do not ask for it.
func TestWithoutTheFlagAllIsAtOneAddress(t *testing.T) {
	t.Setenv("KEYTURN_ADMIN_ADDR", "")
	p := startServe(t)
	if p.AdminURL != p.URL+"/__admin" {
		t.Errorf("the ready file says %+v", p.places)
	}
	p.wantAdmin(t, "", http.StatusOK)
	if got, text := askAdmin(t, p.AdminURL+"/docs/", ""); got != http.StatusOK {
		t.Errorf("the page: HTTP %d %s", got, text)
	}
}
