package realm

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"fmt"
	"sync"

	"github.com/go-jose/go-jose/v4"

	"github.com/keyturn/keyturn/mockserver/wire"
)

const (
	rsaBits       = 2048
	symmetricSize = 32
)

// Keys signs and seals a realm's tokens. The RSA key costs tens of milliseconds to
// make, so it is made when it is first needed and then shared; a reset of the
// state keeps it, and access tokens issued before a reset fail because their client
// is another one.
type Keys struct {
	asymmetric *lazy[*rsaKey]
	symmetric  *lazy[[]byte]
}

type rsaKey struct {
	signer jose.Signer
	public jose.JSONWebKey
	// publicJWK is the public key as a JSON object.
	publicJWK wire.Object
}

// Vault keeps what was made under a name, and returns what it has kept. It may call
// create for nothing.
type Vault func(name string, create func() ([]byte, error)) ([]byte, error)

// NewKeys returns keys that are random and made on first use. The RSA key is kept in the
// vault under a name that begins with this one; nil keeps it in memory.
func NewKeys(name string, vault Vault) *Keys {
	if vault == nil {
		vault = func(_ string, create func() ([]byte, error)) ([]byte, error) { return create() }
	}
	return &Keys{
		asymmetric: &lazy[*rsaKey]{make: func() (*rsaKey, error) {
			der, err := vault(name+" rsa", newRSAKey)
			if err != nil {
				return nil, err
			}
			return readRSAKey(der)
		}},
		symmetric: &lazy[[]byte]{make: NewSymmetricKey},
	}
}

// Apart returns keys for another namespace. The RSA key is the same, as it costs so
// much: what it signs names the client by a serial that no other namespace has. Symmetric
// is a key of NewSymmetricKey's, nil for one that is made on first use.
func (k *Keys) Apart(symmetric []byte) *Keys {
	apart := &Keys{asymmetric: k.asymmetric, symmetric: &lazy[[]byte]{make: NewSymmetricKey}}
	if symmetric != nil {
		apart.symmetric.make = func() ([]byte, error) { return symmetric, nil }
	}
	return apart
}

// lazy is made when it is first asked for, and again as long as that fails.
type lazy[T any] struct {
	make func() (T, error)

	mu   sync.Mutex
	made bool
	has  T
}

func (l *lazy[T]) get() (T, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.made {
		return l.has, nil
	}
	has, err := l.make()
	if err != nil {
		return has, err
	}
	l.has, l.made = has, true
	return has, nil
}

// NewSymmetricKey returns 32 random bytes.
func NewSymmetricKey() ([]byte, error) {
	key := make([]byte, symmetricSize)
	_, err := rand.Read(key)
	return key, err
}

// newRSAKey makes a key in the form of PKCS #8.
func newRSAKey() ([]byte, error) {
	private, err := rsa.GenerateKey(rand.Reader, rsaBits)
	if err != nil {
		return nil, fmt.Errorf("make a key: %w", err)
	}
	return x509.MarshalPKCS8PrivateKey(private)
}

func readRSAKey(der []byte) (*rsaKey, error) {
	parsed, err := x509.ParsePKCS8PrivateKey(der)
	private, is := parsed.(*rsa.PrivateKey)
	if err != nil || !is {
		return nil, fmt.Errorf("the key that was kept is no RSA key in the form of PKCS #8: %w", err)
	}
	// RFC 7638 would do as well; any stable name of the public key will.
	sum := sha256.Sum256(private.N.Bytes())
	whole := jose.JSONWebKey{
		Key: private, KeyID: base64.RawURLEncoding.EncodeToString(sum[:]), Algorithm: string(jose.RS256), Use: "sig",
	}
	key := &rsaKey{public: whole.Public()}
	options := (&jose.SignerOptions{}).WithType("JWT")
	if key.signer, err = jose.NewSigner(jose.SigningKey{Algorithm: jose.RS256, Key: whole}, options); err != nil {
		return nil, fmt.Errorf("make a signer: %w", err)
	}
	key.publicJWK, err = jwk(key.public)
	return key, err
}

func jwk(key jose.JSONWebKey) (wire.Object, error) {
	text, err := key.MarshalJSON()
	if err != nil {
		return nil, fmt.Errorf("write a key: %w", err)
	}
	value, err := wire.Decode(text)
	if err != nil {
		return nil, fmt.Errorf("read a key: %w", err)
	}
	members, _ := value.(wire.Object)
	return members, nil
}

// Signer returns the RS256 signer. It is safe for concurrent use.
func (k *Keys) Signer() (jose.Signer, error) {
	key, err := k.asymmetric.get()
	if err != nil {
		return nil, err
	}
	return key.signer, nil
}

// Public returns the key that verifies what Signer signs.
func (k *Keys) Public() (jose.JSONWebKey, error) {
	key, err := k.asymmetric.get()
	if err != nil {
		return jose.JSONWebKey{}, err
	}
	return key.public, nil
}

// PublicJWK returns the public key as the JSON object of RFC 7517. The caller must
// not write into it.
func (k *Keys) PublicJWK() (wire.Object, error) {
	key, err := k.asymmetric.get()
	if err != nil {
		return nil, err
	}
	return key.publicJWK, nil
}

// Symmetric returns 32 bytes for HS256 and for sealing opaque tokens.
func (k *Keys) Symmetric() ([]byte, error) { return k.symmetric.get() }
