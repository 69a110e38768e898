package certs

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"io"
	"net/netip"
	"time"
)

// AuthorityName is the common name of every authority made here.
const AuthorityName = "Keyturn stand-in authority"

const (
	authorityLife = 10 * 365 * 24 * time.Hour
	// leafLife is the longest that browsers and Apple's systems are content with.
	// It is also for how long serve can run without a restart.
	leafLife = 397 * 24 * time.Hour
	// Clocks of clients may be behind, those of virtual machines by a lot.
	authorityLeeway = 24 * time.Hour
	leafLeeway      = time.Hour
)

const (
	typeCertificate = "CERTIFICATE"
	typeKey         = "PRIVATE KEY" // PKCS #8, RFC 5958
)

// Authority issues certificates for the stand-in.
type Authority struct {
	certificate *x509.Certificate
	key         crypto.Signer
}

// New makes an authority that nothing but this process knows. Randomness is nil for
// the system's.
func New(now time.Time, random io.Reader) (*Authority, error) {
	key, err := newKey(random)
	if err != nil {
		return nil, err
	}
	return certify(key, now, random)
}

func newKey(random io.Reader) (*ecdsa.PrivateKey, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), orSystem(random))
	if err != nil {
		return nil, fmt.Errorf("make a P-256 key: %w", err)
	}
	return key, nil
}

func orSystem(random io.Reader) io.Reader {
	if random == nil {
		return rand.Reader
	}
	return random
}

// certify makes an authority of the key. It may issue certificates and no further
// authorities (RFC 5280 section 4.2.1.9), and signs nothing else.
func certify(key crypto.Signer, now time.Time, random io.Reader) (*Authority, error) {
	template := &x509.Certificate{
		Subject:               pkix.Name{CommonName: AuthorityName},
		NotBefore:             now.Add(-authorityLeeway),
		NotAfter:              now.Add(authorityLife),
		KeyUsage:              x509.KeyUsageCertSign,
		BasicConstraintsValid: true,
		IsCA:                  true,
		MaxPathLenZero:        true,
	}
	certificate, err := sign(template, template, key.Public(), key, random)
	if err != nil {
		return nil, fmt.Errorf("make the authority's certificate: %w", err)
	}
	return &Authority{certificate: certificate, key: key}, nil
}

func sign(template, parent *x509.Certificate, public crypto.PublicKey, key crypto.Signer, random io.Reader) (*x509.Certificate, error) {
	der, err := x509.CreateCertificate(orSystem(random), template, parent, public, key)
	if err != nil {
		return nil, err
	}
	return x509.ParseCertificate(der)
}

// PEM is the authority's certificate, for clients to trust. It holds no secret.
func (a *Authority) PEM() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: typeCertificate, Bytes: a.certificate.Raw})
}

// Pool is the authority as the one that a client trusts.
func (a *Authority) Pool() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(a.certificate)
	return pool
}

// Issue makes a key and a server's certificate for these names, as CheckName allows
// them. It ends no later than the authority.
func (a *Authority) Issue(names []string, now time.Time, random io.Reader) (tls.Certificate, error) {
	return a.issue(names, now, leafLife, random)
}

// IssueForLife is Issue with a certificate that ends when the authority does, which
// browsers need not be content with.
func (a *Authority) IssueForLife(names []string, now time.Time, random io.Reader) (tls.Certificate, error) {
	return a.issue(names, now, authorityLife+authorityLeeway, random)
}

func (a *Authority) issue(names []string, now time.Time, life time.Duration, random io.Reader) (tls.Certificate, error) {
	key, err := newKey(random)
	if err != nil {
		return tls.Certificate{}, err
	}
	template := &x509.Certificate{
		NotBefore:   later(now.Add(-leafLeeway), a.certificate.NotBefore),
		KeyUsage:    x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	template.NotAfter = template.NotBefore.Add(life)
	if template.NotAfter.After(a.certificate.NotAfter) {
		template.NotAfter = a.certificate.NotAfter
	}
	for _, name := range names {
		if err := CheckName(name); err != nil {
			return tls.Certificate{}, err
		}
		if ip, err := netip.ParseAddr(name); err == nil {
			template.IPAddresses = append(template.IPAddresses, ip.AsSlice())
		} else {
			template.DNSNames = append(template.DNSNames, name)
		}
	}
	// A subject makes two certificates of one authority easier to tell apart. Clients
	// read the names alone (RFC 9525 section 2).
	template.Subject = pkix.Name{CommonName: "Keyturn stand-in"}
	leaf, err := sign(template, a.certificate, key.Public(), a.key, random)
	if err != nil {
		return tls.Certificate{}, fmt.Errorf("issue the server's certificate: %w", err)
	}
	return tls.Certificate{Certificate: [][]byte{leaf.Raw}, PrivateKey: key, Leaf: leaf}, nil
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
