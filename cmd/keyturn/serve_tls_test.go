package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/keyturn/keyturn/mockserver/certs"
)

// pair is a certificate that is its own authority, for localhost and for clients, and
// the two files that hold it.
type pair struct {
	certificate       tls.Certificate
	certFile, keyFile string
}

func makePair(t *testing.T, end time.Time) pair {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		DNSNames: []string{"localhost", "mine.test"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		NotBefore: end.Add(-48 * time.Hour), NotAfter: end,
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return pair{
		certificate: tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key},
		certFile:    writeFile(t, "cert.pem", string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))),
		keyFile:     writeFile(t, "key.pem", string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret}))),
	}
}

func inAnHour() time.Time { return time.Now().Add(time.Hour) }

// trusting trusts what the file holds and nothing else.
func trusting(t *testing.T, caFile string, certificates ...tls.Certificate) *http.Client {
	t.Helper()
	roots, err := certs.LoadPool(caFile)
	if err != nil {
		t.Fatal(err)
	}
	transport := &http.Transport{ForceAttemptHTTP2: true, TLSClientConfig: &tls.Config{RootCAs: roots, Certificates: certificates}}
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport, Timeout: patience}
}

func get(t *testing.T, client *http.Client, url string) (*http.Response, string) {
	t.Helper()
	response, err := client.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response, string(body)
}

func TestServeTLS(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "tls's")
	args := []string{"--tls", "--tls-dir", folder, "--tls-name", "keyturn.test,192.0.2.7", "--public-url", "https://id.example/base"}
	p := startServe(t, args...)
	if p.CAFile != filepath.Join(folder, "ca.pem") || !strings.HasPrefix(p.URL, "https://127.0.0.1:") || p.AdminURL != p.URL+"/__admin" {
		t.Fatalf("the ready file says %+v", p.places)
	}
	response, _ := get(t, trusting(t, p.CAFile), p.AdminURL+"/ready")
	if response.StatusCode != http.StatusOK || response.Proto != "HTTP/2.0" {
		t.Errorf("got %s by %s", response.Status, response.Proto)
	}
	leaf := response.TLS.PeerCertificates[0]
	machine, err := os.Hostname()
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"localhost", "a.localhost", "127.0.0.1", "::1", machine, "keyturn.test", "192.0.2.7", "id.example"} {
		if err := leaf.VerifyHostname(name); err != nil {
			t.Error(err)
		}
		if shown := strings.Replace(name, "a.", "*.", 1); !strings.Contains(p.stdout, shown) || !strings.Contains(p.stderr.String(), shown) {
			t.Errorf("%s is in one of\n%s%s", shown, p.stdout, p.stderr)
		}
	}
	for _, text := range []string{p.stdout, p.stderr.String()} {
		if !strings.Contains(text, p.CAFile) {
			t.Errorf("no %s in %s", p.CAFile, text)
		}
	}
	if _, text := get(t, trusting(t, p.CAFile), p.AdminURL+"/ca.pem"); text != string(readAll(t, p.CAFile)) {
		t.Errorf("the admin plane hands out %s", text)
	}
	again := startServe(t, args...)
	if response, _ := get(t, trusting(t, p.CAFile), again.AdminURL+"/ready"); response.TLS.PeerCertificates[0].Equal(leaf) {
		t.Error("the certificate did not change with the start")
	}
}

func readAll(t *testing.T, file string) []byte {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// TestTheAuthorityIsKeptWithTheCaches is the folder where nobody names one.
func TestTheAuthorityIsKeptWithTheCaches(t *testing.T) {
	home := t.TempDir()
	t.Setenv("HOME", home)
	t.Setenv("XDG_CACHE_HOME", "")
	p := startServe(t, "--tls")
	if caches, err := os.UserCacheDir(); err != nil || p.CAFile != filepath.Join(caches, "keyturn", "tls", "ca.pem") || !strings.HasPrefix(p.CAFile, home) {
		t.Errorf("it is kept as %s, %v", p.CAFile, err)
	}
	t.Setenv("HOME", "")
	if code, _, stderr := call(t, "serve", "--tls", "--addr", "127.0.0.1:0"); code != exitUsage || !strings.Contains(stderr, "want --tls-dir DIR") {
		t.Errorf("without a home: got exit %d and %s", code, stderr)
	}
}

func TestBannerCurlsWorkOverTLS(t *testing.T) {
	curl, err := exec.LookPath("curl")
	if err != nil {
		t.Skip("curl is not installed")
	}
	for name, args := range map[string][]string{"default": nil, "own world": {"--world", writeFile(t, "mine.yaml", "version: 1\nrealms: {}\n")}} {
		p := startServe(t, append(args, "--tls", "--tls-dir", filepath.Join(t.TempDir(), "it's here"))...)
		commands := curlLine.FindAllString(p.stdout, -1)
		if len(commands) == 0 {
			t.Fatalf("%s: no request to try in %s", name, p.stdout)
		}
		for _, command := range commands {
			rest := strings.TrimPrefix(strings.TrimSpace(command), "curl ")
			got, err := exec.Command("sh", "-c", curl+" -sS -o /dev/null -w '%{http_code}' "+rest).CombinedOutput()
			if err != nil || !strings.HasPrefix(string(got), "2") {
				t.Errorf("%s: %s: got %s, %v", name, command, got, err)
			}
		}
	}
}

func TestServeTheUsersCertificate(t *testing.T) {
	mine := makePair(t, inAnHour())
	p := startServe(t, "--tls-cert", mine.certFile, "--tls-key", mine.keyFile, "--tls-dir", "/dev/null/ignored")
	response, _ := get(t, trusting(t, mine.certFile), p.AdminURL+"/ready")
	if response.StatusCode != http.StatusOK || !slices.Equal(response.TLS.PeerCertificates[0].Raw, mine.certificate.Certificate[0]) {
		t.Errorf("got %s with %s", response.Status, response.TLS.PeerCertificates[0].Subject)
	}
	if p.CAFile != "" || strings.Contains(p.stdout, "cacert") || !strings.Contains(p.stdout, "mine.test") {
		t.Errorf("got %+v and %s", p.places, p.stdout)
	}
	if none, _ := get(t, trusting(t, mine.certFile), p.AdminURL+"/ca.pem"); none.StatusCode != http.StatusNotFound {
		t.Errorf("the authority of the user's certificate: got %s", none.Status)
	}
}

// TestTheFolderOfTheAuthorityCanWait has it where an image has it, with TLS or without.
func TestTheFolderOfTheAuthorityCanWait(t *testing.T) {
	folder := t.TempDir()
	t.Setenv("KEYTURN_TLS_DIR", folder)
	if p := startServe(t); !strings.HasPrefix(p.URL, "http://") {
		t.Errorf("by the variable: got %+v", p.places)
	}
	if p := startServe(t, "--config", writeFile(t, "k.yaml", "tls-dir: "+folder+"\n")); !strings.HasPrefix(p.URL, "http://") {
		t.Errorf("by the file: got %+v", p.places)
	}
	t.Setenv("KEYTURN_TLS", "true")
	if p := startServe(t, "--tls-dir", folder); !strings.HasPrefix(p.URL, "https://") {
		t.Errorf("by a flag, and TLS by the variable: got %+v", p.places)
	}
}

// TestNamesOfTheCertificateAreVouchedFor asks the admin plane under each, which could be
// a public one.
func TestNamesOfTheCertificateAreVouchedFor(t *testing.T) {
	p := startServe(t, "--tls", "--tls-dir", t.TempDir(), "--tls-name", "keyturn.test,*.wild.test", "--admin-host", "other.test")
	for host, want := range map[string]int{
		"keyturn.test": http.StatusOK, "other.test": http.StatusOK,
		"a.wild.test": http.StatusForbidden, "*.wild.test": http.StatusForbidden, "nobody.test": http.StatusForbidden,
	} {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, p.AdminURL+"/world", nil)
		if err != nil {
			t.Fatal(err)
		}
		request.Host = host
		response, err := trusting(t, p.CAFile).Do(request)
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		if response.StatusCode != want {
			t.Errorf("%s: got %s, want %d", host, response.Status, want)
		}
	}
}

func TestServeMutualTLS(t *testing.T) {
	mine, other := makePair(t, inAnHour()), makePair(t, inAnHour())
	p := startServe(t, "--tls", "--tls-dir", t.TempDir(), "--tls-client-ca", mine.certFile)
	if !strings.Contains(p.stdout, mine.certFile) {
		t.Errorf("nothing says what clients need: %s", p.stdout)
	}
	if response, text := get(t, trusting(t, p.CAFile, mine.certificate), p.AdminURL+"/version"); response.StatusCode != http.StatusOK {
		t.Errorf("with a certificate: got %s %s", response.Status, text)
	}
	refused, text := get(t, trusting(t, p.CAFile), p.AdminURL+"/version")
	var problem struct{ Status int }
	if err := json.Unmarshal([]byte(text), &problem); err != nil || refused.StatusCode != http.StatusForbidden || problem.Status != http.StatusForbidden || refused.Header.Get("Keyturn-Problem") == "" {
		t.Errorf("without a certificate: got %s %v %s", refused.Status, refused.Header, text)
	}
	for _, path := range []string{"/ready", "/health"} {
		if response, _ := get(t, trusting(t, p.CAFile), p.AdminURL+path); response.StatusCode != http.StatusOK {
			t.Errorf("a probe of %s: got %s", path, response.Status)
		}
	}
	if code, _, stderr := call(t, "healthcheck", "--url", p.URL); code != exitOK {
		t.Errorf("healthcheck: got exit %d and %s", code, stderr)
	}
	strict := trusting(t, p.CAFile)
	strict.Transport.(*http.Transport).TLSClientConfig.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
		return &other.certificate, nil
	}
	if response, err := strict.Get(p.AdminURL + "/ready"); err == nil {
		t.Errorf("a certificate of nobody that is known got %s", response.Status)
	}
}

func TestMistakesAboutTLS(t *testing.T) {
	mine, other, late := makePair(t, inAnHour()), makePair(t, inAnHour()), makePair(t, time.Now().Add(-time.Minute))
	both := " --tls-cert " + mine.certFile + " --tls-key " + mine.keyFile
	broken := t.TempDir()
	if err := os.WriteFile(filepath.Join(broken, "ca.pem"), []byte("broken"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		args, want string
		code       int
	}{
		"certificate alone":    {"--tls-cert " + mine.certFile, "tls-cert is given without tls-key", exitUsage},
		"key alone":            {"--tls-key " + mine.keyFile, "tls-key is given without tls-cert", exitUsage},
		"both kinds":           {"--tls" + both, "want one of the two", exitUsage},
		"name of files":        {"--tls-name a.test" + both, "tls-name is for a certificate of --tls", exitUsage},
		"name of nothing":      {"--tls-name a.test", "tls-name is given without --tls", exitUsage},
		"bad name":             {"--tls --tls-name https://a.test", `"--tls-name" flag: want a host name`, exitUsage},
		"clients in the clear": {"--tls-client-ca " + mine.certFile, "tls-client-ca is given without TLS", exitUsage},
		"folder of nothing":    {"--tls-dir " + broken, "tls-dir is given without --tls", exitUsage},
		"no clients":           {"--tls-client-ca nowhere.pem" + both, "tls-client-ca: open nowhere.pem", exitUsage},
		"empty clients":        {"--tls-client-ca " + mine.keyFile + both, "want a certificate in PEM", exitUsage},
		"no certificate":       {"--tls-cert nowhere.pem --tls-key " + mine.keyFile, "tls-cert, tls-key: open nowhere.pem", exitUsage},
		"no key":               {"--tls-cert " + mine.certFile + " --tls-key nowhere.pem", "open nowhere.pem", exitUsage},
		"another's key":        {"--tls-cert " + mine.certFile + " --tls-key " + other.keyFile, "want the private key of the first certificate", exitUsage},
		"ended":                {"--tls-cert " + late.certFile + " --tls-key " + late.keyFile, "this one ran out at", exitUsage},
		"broken authority":     {"--tls --tls-dir " + broken, "tls-dir: " + filepath.Join(broken, "ca.pem") + ": want a certificate in PEM", exitFailure},
	} {
		t.Run(name, func(t *testing.T) {
			code, stdout, stderr := call(t, append([]string{"serve", "--addr", "127.0.0.1:0", "--ready-file", "/no/such/folder/ready.json"}, strings.Fields(test.args)...)...)
			if code != test.code || !strings.Contains(stderr, test.want) || stdout != "" {
				t.Errorf("got exit %d, %q and %q, want %d and %q", code, stdout, stderr, test.code, test.want)
			}
		})
	}
}
