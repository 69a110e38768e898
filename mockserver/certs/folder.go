package certs

import (
	"crypto"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// The files of an authority's folder.
const (
	CertificateFile = "ca.pem"
	KeyFile         = "ca-key.pem"
)

// Open returns the authority that the folder keeps, and makes the folder and the
// authority where there is none. Any number of processes may do so at once: all get
// the same one.
//
// What is there is never replaced. Files that cannot be used are an error that says
// which and what to do; an authority that has run out is one of them, because a new
// one behind the user's back would fail in every client that trusts the old.
func Open(dir string, now time.Time, random io.Reader) (*Authority, error) {
	certificate, key := filepath.Join(dir, CertificateFile), filepath.Join(dir, KeyFile)
	// The key always comes first, so a certificate that is there has its key.
	if _, err := os.Stat(certificate); errors.Is(err, fs.ErrNotExist) {
		if err := found(dir, now, random); err != nil {
			return nil, err
		}
	}
	return read(certificate, key, now)
}

// found puts an authority into the folder. Each of the two files appears at once and
// whole, and only if it is not there. So the first key wins, and the first certificate
// that somebody makes for it. A crash between the two leaves a key, for which the next
// start makes the certificate.
func found(dir string, now time.Time, random io.Reader) error {
	// Others may pass through: the certificate is for every user of the machine.
	if err := os.MkdirAll(dir, 0o755); err != nil { //nolint:gosec // as said above; the key has a mode of its own
		return fmt.Errorf("make the folder of the authority: %w", err)
	}
	fresh, err := newKey(random)
	if err != nil {
		return err
	}
	der, err := x509.MarshalPKCS8PrivateKey(fresh)
	if err != nil {
		return fmt.Errorf("write a P-256 key: %w", err)
	}
	certificateFile, keyFile := filepath.Join(dir, CertificateFile), filepath.Join(dir, KeyFile)
	if err := place(keyFile, pem.EncodeToMemory(&pem.Block{Type: typeKey, Bytes: der}), 0o600); err != nil {
		return fmt.Errorf("keep the authority's key: %w", err)
	}
	kept, err := readKey(keyFile)
	if err != nil {
		return authorityError(err, certificateFile, keyFile)
	}
	a, err := certify(kept, now, random)
	if err != nil {
		return err
	}
	if err := place(certificateFile, a.PEM(), 0o644); err != nil {
		return fmt.Errorf("keep the authority's certificate: %w", err)
	}
	return nil
}

// place makes the file appear with this content, unless there is one of its name. A
// link and not a renaming, because that would put an end to what is there.
func place(file string, content []byte, mode fs.FileMode) error {
	draft, err := os.CreateTemp(filepath.Dir(file), "."+filepath.Base(file)+".*") // mode 0600
	if err != nil {
		return err
	}
	defer os.Remove(draft.Name())
	if err := fill(draft, content, mode); err != nil {
		draft.Close()
		return err
	}
	if err := draft.Close(); err != nil {
		return err
	}
	if err := os.Link(draft.Name(), file); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return nil
}

// fill writes to the disk, lest a power cut leaves a name without its content.
func fill(draft *os.File, content []byte, mode fs.FileMode) error {
	if _, err := draft.Write(content); err != nil {
		return err
	}
	if err := draft.Chmod(mode); err != nil {
		return err
	}
	return draft.Sync()
}

// read is the authority of two files that have to be there.
func read(certificateFile, keyFile string, now time.Time) (*Authority, error) {
	chain, err := readCertificates(certificateFile)
	if err != nil {
		return nil, authorityError(err, certificateFile, keyFile)
	}
	key, err := readKey(keyFile)
	if err != nil {
		return nil, authorityError(err, certificateFile, keyFile)
	}
	certificate := chain[0]
	switch {
	case len(chain) > 1:
		err = fmt.Errorf("%s: want one certificate, there are %d", certificateFile, len(chain))
	case !certificate.IsCA || certificate.KeyUsage&x509.KeyUsageCertSign == 0:
		err = fmt.Errorf("%s: want the certificate of an authority, this one may not issue any", certificateFile)
	case !matches(certificate, key):
		err = fmt.Errorf("%s: want the private key of %s, this is another one", keyFile, certificateFile)
	default:
		err = checkTime(certificateFile, certificate, now)
	}
	if err != nil {
		return nil, authorityError(err, certificateFile, keyFile)
	}
	return &Authority{certificate: certificate, key: key}, nil
}

// authorityError says how to go on: the files were made here, so they can be made
// again, but somebody may have a copy, or trust in them.
func authorityError(err error, certificateFile, keyFile string) error {
	return fmt.Errorf("%w; restore it, or remove both %s and %s to have a new authority, which clients have to be told of",
		err, certificateFile, keyFile)
}

func matches(certificate *x509.Certificate, key crypto.Signer) bool {
	public, ok := key.Public().(interface {
		Equal(other crypto.PublicKey) bool
	})
	return ok && public.Equal(certificate.PublicKey)
}
