package certs

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"time"
)

// Load reads a server's certificate, with its chain behind it if there is one, and its
// private key from PEM files. Errors name the file, and say so when the two do not
// belong together or the certificate is not valid now.
func Load(certificateFile, keyFile string, now time.Time) (tls.Certificate, error) {
	chain, err := readCertificates(certificateFile)
	if err != nil {
		return tls.Certificate{}, err
	}
	key, err := readKey(keyFile)
	if err != nil {
		return tls.Certificate{}, err
	}
	if !matches(chain[0], key) {
		return tls.Certificate{}, fmt.Errorf("%s: want the private key of the first certificate in %s, this is another one", keyFile, certificateFile)
	}
	if err := checkTime(certificateFile, chain[0], now); err != nil {
		return tls.Certificate{}, err
	}
	loaded := tls.Certificate{PrivateKey: key, Leaf: chain[0]}
	for _, one := range chain {
		loaded.Certificate = append(loaded.Certificate, one.Raw)
	}
	return loaded, nil
}

// LoadPool reads the certificates of authorities to trust from a PEM file.
func LoadPool(file string) (*x509.CertPool, error) {
	all, err := readCertificates(file)
	if err != nil {
		return nil, err
	}
	pool := x509.NewCertPool()
	for _, one := range all {
		pool.AddCert(one)
	}
	return pool, nil
}

// readCertificates reads at least one certificate. Text around the blocks is allowed,
// as tools like to print the content in words above each (RFC 7468 section 5.2).
func readCertificates(file string) ([]*x509.Certificate, error) {
	text, err := os.ReadFile(file) //nolint:gosec // the path is the user's own
	if err != nil {
		return nil, err
	}
	var all []*x509.Certificate
	for block, rest := pem.Decode(text); block != nil; block, rest = pem.Decode(rest) {
		if block.Type != typeCertificate {
			continue // some keep the key in the same file
		}
		certificate, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, fmt.Errorf("%s: certificate %d cannot be read: %w", file, len(all)+1, err)
		}
		all = append(all, certificate)
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("%s: want a certificate in PEM, there is none", file)
	}
	return all, nil
}

// readKey reads the first private key. Its errors never hold what is in the file.
func readKey(file string) (crypto.Signer, error) {
	text, err := os.ReadFile(file) //nolint:gosec // as above
	if err != nil {
		return nil, err
	}
	for block, rest := pem.Decode(text); block != nil; block, rest = pem.Decode(rest) {
		key, err := parseKey(block)
		switch {
		case errors.Is(err, errNoKey):
			continue // OpenSSL puts the parameters of a curve before the key
		case err != nil:
			return nil, fmt.Errorf("%s: the private key cannot be read: %w", file, err)
		}
		return key, nil
	}
	return nil, fmt.Errorf("%s: want a private key in PEM, there is none", file)
}

var errNoKey = errors.New("no private key")

func parseKey(block *pem.Block) (crypto.Signer, error) {
	if _, encrypted := block.Headers["DEK-Info"]; encrypted {
		return nil, errEncrypted
	}
	switch block.Type {
	case typeKey:
		parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
		if err != nil {
			return nil, err
		}
		key, ok := parsed.(crypto.Signer)
		if !ok {
			return nil, errors.New("want an ECDSA, RSA or Ed25519 key")
		}
		return key, nil
	case "EC PRIVATE KEY":
		return signer[*ecdsa.PrivateKey](x509.ParseECPrivateKey(block.Bytes))
	case "RSA PRIVATE KEY":
		return signer(x509.ParsePKCS1PrivateKey(block.Bytes))
	case "ENCRYPTED PRIVATE KEY":
		return nil, errEncrypted
	}
	return nil, errNoKey
}

var errEncrypted = errors.New("want one without a passphrase")

// signer keeps a nil pointer from becoming a key.
func signer[K crypto.Signer](key K, err error) (crypto.Signer, error) {
	if err != nil {
		return nil, err
	}
	return key, nil
}

func checkTime(file string, certificate *x509.Certificate, now time.Time) error {
	switch {
	case now.After(certificate.NotAfter):
		return fmt.Errorf("%s: want a certificate that is valid, this one ran out at %s", file, certificate.NotAfter.Format(time.RFC3339))
	case now.Before(certificate.NotBefore):
		return fmt.Errorf("%s: want a certificate that is valid, this one begins at %s", file, certificate.NotBefore.Format(time.RFC3339))
	}
	return nil
}
