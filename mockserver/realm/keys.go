package realm

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
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
	asymmetric func() (*rsaKey, error)
	shown      func() (wire.Object, error)
	symmetric  func() ([]byte, error)
}

type rsaKey struct {
	signer jose.Signer
	public jose.JSONWebKey
	// publicJWK is the same key as a JSON object.
	publicJWK wire.Object
}

// NewKeys returns keys that are random and made on first use.
func NewKeys() *Keys {
	return &Keys{asymmetric: sync.OnceValues(newRSAKey), shown: sync.OnceValues(newShownKey), symmetric: sync.OnceValues(newSymmetricKey)}
}

// Apart returns keys for another namespace. The RSA keys are the same, as they cost so
// much: what they sign names the client by a serial that no other namespace has.
func (k *Keys) Apart() *Keys {
	return &Keys{asymmetric: k.asymmetric, shown: k.shown, symmetric: sync.OnceValues(newSymmetricKey)}
}

func newSymmetricKey() ([]byte, error) {
	key := make([]byte, symmetricSize)
	_, err := rand.Read(key)
	return key, err
}

func newRSAKey() (*rsaKey, error) {
	key, err := randomRSA()
	if err != nil {
		return nil, err
	}
	options := (&jose.SignerOptions{}).WithType("JWT")
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.RS256, Key: key}, options)
	if err != nil {
		return nil, fmt.Errorf("make a signer: %w", err)
	}
	public := key.Public()
	publicJWK, err := jwk(public)
	return &rsaKey{signer: signer, public: public, publicJWK: publicJWK}, err
}

func newShownKey() (wire.Object, error) {
	key, err := randomRSA()
	if err != nil {
		return nil, err
	}
	return jwk(key)
}

func randomRSA() (jose.JSONWebKey, error) {
	private, err := rsa.GenerateKey(rand.Reader, rsaBits)
	if err != nil {
		return jose.JSONWebKey{}, fmt.Errorf("make a key: %w", err)
	}
	// RFC 7638 would do as well; any stable name of the public key will.
	sum := sha256.Sum256(private.N.Bytes())
	return jose.JSONWebKey{
		Key: private, KeyID: base64.RawURLEncoding.EncodeToString(sum[:]), Algorithm: string(jose.RS256), Use: "sig",
	}, nil
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
	key, err := k.asymmetric()
	if err != nil {
		return nil, err
	}
	return key.signer, nil
}

// Public returns the key that verifies what Signer signs.
func (k *Keys) Public() (jose.JSONWebKey, error) {
	key, err := k.asymmetric()
	if err != nil {
		return jose.JSONWebKey{}, err
	}
	return key.public, nil
}

// PublicJWK returns the public key as the JSON object of RFC 7517. The caller must
// not write into it.
func (k *Keys) PublicJWK() (wire.Object, error) {
	key, err := k.asymmetric()
	if err != nil {
		return nil, err
	}
	return key.publicJWK, nil
}

// Shown returns a key with its private members that signs nothing, for documents in
// which a vendor shows such a key. The caller must not write into it.
func (k *Keys) Shown() (wire.Object, error) { return k.shown() }

// Symmetric returns 32 bytes for HS256 and for sealing opaque tokens.
func (k *Keys) Symmetric() ([]byte, error) { return k.symmetric() }
