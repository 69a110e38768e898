package certs_test

import (
	"crypto/x509"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/keyturn/keyturn/mockserver/certs"
)

var now = time.Date(2026, 5, 4, 3, 2, 1, 0, time.UTC)

const day = 24 * time.Hour

func newAuthority(t *testing.T) (*certs.Authority, *x509.Certificate) {
	t.Helper()
	authority, err := certs.New(now, nil)
	if err != nil {
		t.Fatal(err)
	}
	return authority, parse(t, authority.PEM())
}

func TestAuthority(t *testing.T) {
	t.Parallel()
	_, got := newAuthority(t)
	if !got.IsCA || got.MaxPathLen != 0 || !got.MaxPathLenZero || got.KeyUsage != x509.KeyUsageCertSign {
		t.Errorf("it is no authority for servers alone: CA %v, path length %d, usage %b", got.IsCA, got.MaxPathLen, got.KeyUsage)
	}
	if got.Subject.CommonName != certs.AuthorityName || len(got.SubjectKeyId) == 0 || got.PublicKeyAlgorithm != x509.ECDSA {
		t.Errorf("got %s, key id %x, %s", got.Subject, got.SubjectKeyId, got.PublicKeyAlgorithm)
	}
	if got.NotBefore.After(now.Add(-day)) || got.NotAfter.Before(now.Add(5*365*day)) {
		t.Errorf("valid from %s to %s", got.NotBefore, got.NotAfter)
	}
}

func TestIssue(t *testing.T) {
	t.Parallel()
	authority, _ := newAuthority(t)
	issued, err := authority.Issue(certs.Names("keyturn", "192.0.2.7", "*.keyturn.test"), now, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"localhost", "acme.localhost", "keyturn", "a.keyturn.test", "[127.0.0.1]", "[::1]", "[192.0.2.7]"} {
		options := x509.VerifyOptions{DNSName: name, Roots: authority.Pool(), CurrentTime: now, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}}
		if _, err := issued.Leaf.Verify(options); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		options.KeyUsages = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}
		if _, err := issued.Leaf.Verify(options); err == nil {
			t.Errorf("%s: the certificate does for a client", name)
		}
	}
	for _, name := range []string{"keyturn.test", "a.b.keyturn.test", "other", "[192.0.2.8]"} {
		if err := issued.Leaf.VerifyHostname(name); err == nil {
			t.Errorf("the certificate is for %s too", name)
		}
	}
	want := []string{"localhost", "*.localhost", "keyturn", "*.keyturn.test", "127.0.0.1", "::1", "192.0.2.7"}
	if diff := cmp.Diff(want, certs.NamesOf(issued)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if life := issued.Leaf.NotAfter.Sub(issued.Leaf.NotBefore); life > 397*day || issued.Leaf.NotAfter.Before(now.Add(90*day)) {
		t.Errorf("valid for %s until %s", life, issued.Leaf.NotAfter)
	}
	if issued.Leaf.NotBefore.After(now.Add(-time.Minute)) {
		t.Errorf("a client whose clock is a minute behind finds that it begins at %s", issued.Leaf.NotBefore)
	}
	again, err := authority.Issue([]string{"localhost"}, now, nil)
	if err != nil || again.Leaf.SerialNumber.Cmp(issued.Leaf.SerialNumber) == 0 {
		t.Errorf("two certificates with the same number, %v", err)
	}
	if _, err := authority.Issue([]string{"no name"}, now, nil); err == nil {
		t.Error("a name that is none got a certificate")
	}
}

// TestACertificateStaysWithinItsAuthority asks at both ends of the authority's life.
func TestACertificateStaysWithinItsAuthority(t *testing.T) {
	t.Parallel()
	authority, root := newAuthority(t)
	for name, at := range map[string]time.Time{"first minute": root.NotBefore.Add(time.Minute), "last minute": root.NotAfter.Add(-time.Minute)} {
		issued, err := authority.Issue([]string{"localhost"}, at, nil)
		if err != nil {
			t.Fatal(err)
		}
		if issued.Leaf.NotBefore.Before(root.NotBefore) || issued.Leaf.NotAfter.After(root.NotAfter) || issued.Leaf.NotAfter.Before(at) {
			t.Errorf("%s: valid from %s to %s", name, issued.Leaf.NotBefore, issued.Leaf.NotAfter)
		}
	}
}

func TestACertificateForTheLifeOfItsAuthority(t *testing.T) {
	t.Parallel()
	authority, root := newAuthority(t)
	issued, err := authority.IssueForLife([]string{"localhost"}, now, nil)
	if err != nil || !issued.Leaf.NotAfter.Equal(root.NotAfter) {
		t.Errorf("valid until %s, want %s, %v", issued.Leaf.NotAfter, root.NotAfter, err)
	}
}

func TestNames(t *testing.T) {
	t.Parallel()
	got := certs.Names("", "0.0.0.0", "::", "Keyturn.Test.", "keyturn.test", "my_service", "fe80::1%eth0", "no name", "127.0.0.1", "::ffff:192.0.2.7", "LOCALHOST")
	want := []string{"localhost", "*.localhost", "127.0.0.1", "::1", "keyturn.test", "my_service", "192.0.2.7"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestCheckName(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("a", 63)
	for _, name := range []string{"keyturn", "Keyturn.Test", "*.keyturn.test", "my_service", "4711", "3com.example", "xn--bcher-kva.example", long + ".test", "192.0.2.7", "2001:db8::1"} {
		if err := certs.CheckName(name); err != nil {
			t.Errorf("%q: %v", name, err)
		}
	}
	for name, want := range map[string]string{
		"":                         "want a host name or an IP address",
		"https://keyturn.test":     "want a host name",
		"keyturn.test:7070":        "want a host name",
		"[::1]":                    "want a host name",
		"no name":                  "want a host name",
		"keyturn.test.":            "want a host name",
		".test":                    "want a host name",
		"-a.test":                  "want a host name",
		"a-.test":                  "want a host name",
		"*":                        "want a host name",
		"*.":                       "want a host name",
		"a.*.test":                 "want a host name",
		"a*.test":                  "want a host name",
		"*.192.0.2.7":              "want a host name",
		"192.0.2":                  "want a host name",
		"192.0.2.777":              "want a host name",
		long + "a.test":            "want a host name",
		strings.Repeat("a.b.", 64): "want a host name",
		"bücher.example":           "xn--",
		"0.0.0.0":                  "every address",
		"::":                       "every address",
		"fe80::1%eth0":             "zone",
	} {
		if err := certs.CheckName(name); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, want %s", name, err, want)
		}
	}
}
