package certs_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// made is a certificate that this package had no part in.
type made struct {
	certificate *x509.Certificate
	key         crypto.Signer
}

// makeLeaf makes a self-signed certificate for a server; change makes it another.
func makeLeaf(t *testing.T, change func(*x509.Certificate)) made {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return makeFor(t, key, change)
}

func makeFor(t *testing.T, key crypto.Signer, change func(*x509.Certificate)) made {
	t.Helper()
	template := &x509.Certificate{
		Subject: pkix.Name{CommonName: "made"}, DNSNames: []string{"made.test"},
		NotBefore: now.Add(-day), NotAfter: now.Add(day), BasicConstraintsValid: true,
	}
	change(template)
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return made{certificate, key}
}

func asIs(*x509.Certificate) {}

func anAuthority(c *x509.Certificate) {
	c.IsCA, c.KeyUsage = true, x509.KeyUsageCertSign
}

func (m made) pem() string { return block("CERTIFICATE", m.certificate.Raw) }

func (m made) keyPEM(t *testing.T) string {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(m.key)
	if err != nil {
		t.Fatal(err)
	}
	return block("PRIVATE KEY", der)
}

func block(kind string, der []byte) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
}

func parse(t *testing.T, text []byte) *x509.Certificate {
	t.Helper()
	found, rest := pem.Decode(text)
	if found == nil || len(rest) > 0 {
		t.Fatalf("want one PEM block, got %s", text)
	}
	certificate, err := x509.ParseCertificate(found.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	return certificate
}

func write(t *testing.T, folder, name, text string) string {
	t.Helper()
	file := filepath.Join(folder, name)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

func readFile(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func ended(c *x509.Certificate) { c.NotAfter = now.Add(-time.Second) }

func begins(c *x509.Certificate) { c.NotBefore = now.Add(time.Second) }

func both(first, second func(*x509.Certificate)) func(*x509.Certificate) {
	return func(c *x509.Certificate) { first(c); second(c) }
}
