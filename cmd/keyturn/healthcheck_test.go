package main

import (
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// derived is where healthcheck asks with these variables.
func derived(t *testing.T, environ ...string) string {
	t.Helper()
	base, err := localURL(newRoot(io.Discard, io.Discard), environ)
	if err != nil {
		t.Fatal(err)
	}
	return base
}

func TestHealthcheckKeepsTheHost(t *testing.T) {
	for addr, want := range map[string]string{
		"":               "http://127.0.0.1:7070",
		":7391":          "http://127.0.0.1:7391",
		"0.0.0.0:7391":   "http://127.0.0.1:7391",
		"[::]:7391":      "http://127.0.0.1:7391",
		"[::1]:7391":     "http://[::1]:7391",
		"127.0.0.2:7391": "http://127.0.0.2:7391",
		"localhost:7391": "http://localhost:7391",
	} {
		if got := derived(t, "KEYTURN_ADDR="+addr); got != want {
			t.Errorf("%q: got %s, want %s", addr, got, want)
		}
	}
}

// TestHealthcheckAsksWhereServeIsTold has variables before the file, as serve does.
func TestHealthcheckAsksWhereServeIsTold(t *testing.T) {
	config := func(text string) string { return "KEYTURN_CONFIG=" + writeFile(t, "k.yaml", text) }
	for name, test := range map[string]struct {
		environ []string
		want    string
	}{
		"variable":            {[]string{"KEYTURN_TLS=true", "KEYTURN_ADDR=:7391"}, "https://127.0.0.1:7391"},
		"said not to be":      {[]string{"KEYTURN_TLS=false", "KEYTURN_ADDR=:7391"}, "http://127.0.0.1:7391"},
		"empty":               {[]string{"KEYTURN_TLS=", "KEYTURN_ADDR=:7391"}, "http://127.0.0.1:7391"},
		"certificate":         {[]string{"KEYTURN_TLS_CERT=c.pem"}, "https://127.0.0.1:7070"},
		"folder alone":        {[]string{"KEYTURN_TLS_DIR=d"}, "http://127.0.0.1:7070"},
		"file":                {[]string{config("addr: 0.0.0.0:7392\ntls: true\n")}, "https://127.0.0.1:7392"},
		"certificate in file": {[]string{config("tls-cert: c.pem\nlog-level: debug\n")}, "https://127.0.0.1:7070"},
		"both":                {[]string{"KEYTURN_ADDR=:7391", "KEYTURN_TLS=false", config("addr: 0.0.0.0:7392\ntls: true\n")}, "http://127.0.0.1:7391"},
	} {
		if got := derived(t, test.environ...); got != test.want {
			t.Errorf("%s: got %s, want %s", name, got, test.want)
		}
	}
	t.Setenv("KEYTURN_CONFIG", "nowhere.yaml")
	if code, _, stderr := call(t, "healthcheck"); code != exitUsage || !strings.Contains(stderr, "nowhere.yaml") {
		t.Errorf("no file: got exit %d and %s", code, stderr)
	}
}

func TestHealthcheckOverTLS(t *testing.T) {
	p := startServe(t, "--tls", "--tls-dir", t.TempDir())
	_, port, err := net.SplitHostPort(strings.TrimPrefix(p.URL, "https://"))
	if err != nil {
		t.Fatal(err)
	}
	other := makePair(t, inAnHour())
	for name, test := range map[string]struct {
		host, tls string
		args      []string
		want      int
	}{
		"loopback":             {"0.0.0.0", "", []string{"--url", p.URL}, exitOK},
		"localhost":            {"0.0.0.0", "", []string{"--url", "https://localhost:" + port}, exitOK},
		"authority":            {"0.0.0.0", "", []string{"--url", p.URL, "--ca-cert", p.CAFile}, exitOK},
		"other authority":      {"0.0.0.0", "", []string{"--url", p.URL, "--ca-cert", other.certFile}, exitFailure},
		"no authority":         {"0.0.0.0", "", []string{"--url", p.URL, "--ca-cert", "nowhere.pem"}, exitUsage},
		"clear by its name":    {"0.0.0.0", "", []string{"--url", "http://localhost:" + port}, exitFailure},
		"by the variable":      {"0.0.0.0", "true", nil, exitOK},
		"name of this machine": {"LOCALHOST", "true", nil, exitOK},
		"its authority":        {"0.0.0.0", "true", []string{"--ca-cert", p.CAFile}, exitOK},
		"no authority of its":  {"0.0.0.0", "true", []string{"--ca-cert", other.certFile}, exitFailure},
		"by a flag of serve":   {"0.0.0.0", "", nil, exitOK},
		"flag over variable":   {"0.0.0.0", "false", nil, exitOK},
		"flag, no authority":   {"0.0.0.0", "", []string{"--ca-cert", other.certFile}, exitFailure},
	} {
		t.Run(name, func(t *testing.T) {
			t.Setenv("KEYTURN_ADDR", test.host+":"+port)
			t.Setenv("KEYTURN_TLS", test.tls)
			if code, _, stderr := call(t, append([]string{"healthcheck"}, test.args...)...); code != test.want {
				t.Errorf("got exit %d, want %d: %s", code, test.want, stderr)
			}
		})
	}
}

// TestOnlyThisMachineIsTrustedUnseen looks at what is done with a server elsewhere. None
// is named where serve listens, at whatever address.
func TestOnlyThisMachineIsTrustedUnseen(t *testing.T) {
	for given, want := range map[string]bool{
		"": true, "https://127.0.0.1:7070": true, "https://[::1]:7070": true, "https://localhost": true, "https://127.9.9.9": true,
		"https://192.0.2.7:7070": false, "https://keyturn.test": false, "https://localhost.keyturn.test": false, "https://0.0.0.0:7070": false,
	} {
		if trust, err := trustFor(given, ""); err != nil || trust.InsecureSkipVerify != want {
			t.Errorf("%q: got %v, %v", given, trust, err)
		}
	}
	for _, given := range []string{"", "https://127.0.0.1"} {
		if trust, err := trustFor(given, makePair(t, inAnHour()).certFile); err != nil || trust.InsecureSkipVerify || trust.RootCAs == nil {
			t.Errorf("%q with a file: got %v, %v", given, trust, err)
		}
	}
}

// TestTheRefereesTargetIsLeftAlone has one environment for the stand-in and the referee.
func TestTheRefereesTargetIsLeftAlone(t *testing.T) {
	asked := 0
	answer := http.StatusOK
	handler := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		asked++
		w.WriteHeader(answer)
	})
	target, standIn := httptest.NewServer(handler), httptest.NewServer(http.NotFoundHandler())
	defer target.Close()
	defer standIn.Close()
	t.Setenv("KEYTURN_URL", target.URL)
	t.Setenv("KEYTURN_CA_CERT", "nowhere.pem")
	t.Setenv("KEYTURN_ADDR", strings.TrimPrefix(standIn.URL, "http://"))
	if code, _, stderr := call(t, "healthcheck"); code != exitFailure || !strings.Contains(stderr, standIn.URL+"/__admin/ready answered 404") || asked > 0 {
		t.Errorf("got exit %d and %s, with %d requests to the target", code, stderr, asked)
	}
	if code, _, stderr := call(t, "healthcheck", "--url", target.URL); code != exitOK || asked != 1 {
		t.Errorf("by the flag: got exit %d and %s, with %d requests", code, stderr, asked)
	}
	answer = http.StatusBadRequest
	if code, _, stderr := call(t, "healthcheck", "--url", target.URL); code != exitFailure || asked != 2 || !strings.Contains(stderr, "answered 400") {
		t.Errorf("a 400 of what the flag names: got exit %d and %s, with %d requests", code, stderr, asked)
	}
}
