package certs_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"strings"
	"testing"

	"github.com/keyturn/keyturn/mockserver/certs"
)

func TestLoad(t *testing.T) {
	t.Parallel()
	curve := makeLeaf(t, asIs)
	sec1, err := x509.MarshalECPrivateKey(curve.key.(*ecdsa.PrivateKey))
	if err != nil {
		t.Fatal(err)
	}
	modulus, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	old := makeFor(t, modulus, asIs)
	_, edwards, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	parameters := block("EC PARAMETERS", []byte{6, 8, 42, 134, 72, 206, 61, 3, 1, 7})
	tests := map[string]struct {
		of  made
		key string
	}{
		"PKCS 8":           {curve, curve.keyPEM(t)},
		"SEC 1":            {curve, block("EC PRIVATE KEY", sec1)},
		"after parameters": {curve, parameters + block("EC PRIVATE KEY", sec1)},
		"PKCS 1":           {old, block("RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(modulus))},
		"Ed25519":          {makeFor(t, edwards, asIs), made{key: crypto.Signer(edwards)}.keyPEM(t)},
		"in one file":      {curve, curve.pem() + curve.keyPEM(t)},
	}
	further := makeLeaf(t, anAuthority)
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			folder := t.TempDir()
			certificate := write(t, folder, "c.pem", "a note\n"+test.of.pem()+"another\n"+further.pem())
			got, err := certs.Load(certificate, write(t, folder, "k.pem", test.key), now)
			if err != nil {
				t.Fatal(err)
			}
			if len(got.Certificate) != 2 || !got.Leaf.Equal(test.of.certificate) || string(got.Certificate[1]) != string(further.certificate.Raw) {
				t.Errorf("got a chain of %d with %s", len(got.Certificate), got.Leaf.Subject)
			}
			if public := got.PrivateKey.(crypto.Signer).Public(); !public.(interface {
				Equal(other crypto.PublicKey) bool
			}).Equal(test.of.key.Public()) {
				t.Error("got another key")
			}
		})
	}
}

func TestLoadNamesWhatIsWrong(t *testing.T) {
	t.Parallel()
	good, other, late, early := makeLeaf(t, asIs), makeLeaf(t, asIs), makeLeaf(t, ended), makeLeaf(t, begins)
	tests := map[string]struct{ certificate, key, want string }{
		"no certificate":      {"", good.keyPEM(t), "c.pem: want a certificate in PEM, there is none"},
		"key for certificate": {good.keyPEM(t), good.keyPEM(t), "c.pem: want a certificate in PEM, there is none"},
		"broken certificate":  {good.pem() + block("CERTIFICATE", []byte("x")), good.keyPEM(t), "c.pem: certificate 2 cannot be read: x509"},
		"no key":              {good.pem(), "", "k.pem: want a private key in PEM, there is none"},
		"certificate for key": {good.pem(), good.pem(), "k.pem: want a private key in PEM, there is none"},
		"broken key":          {good.pem(), block("PRIVATE KEY", []byte("x")), "k.pem: the private key cannot be read"},
		"broken SEC 1 key":    {good.pem(), block("EC PRIVATE KEY", []byte("x")), "k.pem: the private key cannot be read"},
		"broken PKCS 1 key":   {good.pem(), block("RSA PRIVATE KEY", []byte("x")), "k.pem: the private key cannot be read"},
		"passphrase":          {good.pem(), block("ENCRYPTED PRIVATE KEY", []byte("x")), "k.pem: the private key cannot be read: want one without a passphrase"},
		"old passphrase":      {good.pem(), "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\nAAAA\n-----END RSA PRIVATE KEY-----\n", "without a passphrase"},
		"another's key":       {good.pem(), other.keyPEM(t), "c.pem, this is another one"},
		"chain upside down":   {other.pem() + good.pem(), good.keyPEM(t), "k.pem: want the private key of the first certificate in"},
		"ended":               {late.pem(), late.keyPEM(t), "this one ran out at 2026-05-04T03:02:00Z"},
		"not begun":           {early.pem(), early.keyPEM(t), "this one begins at 2026-05-04T03:02:02Z"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			folder := t.TempDir()
			_, err := certs.Load(write(t, folder, "c.pem", test.certificate), write(t, folder, "k.pem", test.key), now)
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want %s", err, test.want)
			}
		})
	}
	if _, err := certs.Load("nowhere.pem", "k.pem", now); err == nil || !strings.Contains(err.Error(), "nowhere.pem") {
		t.Errorf("got %v", err)
	}
	if _, err := certs.Load(write(t, t.TempDir(), "c.pem", good.pem()), "nowhere.pem", now); err == nil || !strings.Contains(err.Error(), "nowhere.pem") {
		t.Errorf("got %v", err)
	}
}

func TestLoadPool(t *testing.T) {
	t.Parallel()
	one, two, none := makeLeaf(t, anAuthority), makeLeaf(t, anAuthority), makeLeaf(t, anAuthority)
	pool, err := certs.LoadPool(write(t, t.TempDir(), "ca.pem", one.pem()+two.pem()))
	if err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		certificate *x509.Certificate
		trusted     bool
	}{"first": {one.certificate, true}, "second": {two.certificate, true}, "another": {none.certificate, false}} {
		if _, err := test.certificate.Verify(x509.VerifyOptions{Roots: pool, CurrentTime: now}); (err == nil) != test.trusted {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := certs.LoadPool(write(t, t.TempDir(), "ca.pem", "")); err == nil || !strings.Contains(err.Error(), "ca.pem: want a certificate in PEM") {
		t.Errorf("got %v", err)
	}
}
