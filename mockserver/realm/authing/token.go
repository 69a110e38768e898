package authing

import (
	"crypto/hmac"
	"crypto/sha256"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"

	"github.com/keyturn/keyturn/fixtures"
	"github.com/keyturn/keyturn/mockserver/client"
	"github.com/keyturn/keyturn/mockserver/provider"
	"github.com/keyturn/keyturn/mockserver/realm"
)

// ManagementToken is a token for the management APIs.
type ManagementToken struct {
	Text              string
	IssuedAt, Expires time.Time
}

// managementClaims satisfy every official SDK at once: one panics without a text
// in scoped_userpool_id, another wants a numeric exp. All values are plain ASCII
// letters and digits, which keeps "-" and "_" out of the encoded payload: one SDK
// decodes it with the standard alphabet.
type managementClaims struct {
	Pool      string `json:"scoped_userpool_id"`
	TokenType string `json:"token_type"`
	KeyType   string `json:"access_key_type"`
	KeyID     string `json:"access_key_id"`
	IssuedAt  int64  `json:"iat"`
	Expires   int64  `json:"exp"`
}

const managementTokenType = "management_token"

// IssueManagementToken exchanges an access key for a token. Errors:
// InvalidCredentials for an unknown key or a wrong secret.
func IssueManagementToken(call *provider.Call, keyID, keySecret string, lifetime time.Duration) (ManagementToken, error) {
	key, known := call.Realm.AccessKey(keyID)
	if !known || !client.DigestOf(keySecret).Equal(client.DigestOf(key.Secret.Reveal())) {
		return ManagementToken{}, client.Errorf(client.InvalidCredentials, "the access key id or the access key secret is wrong")
	}
	signer, err := managementSigner(call, key)
	if err != nil {
		return ManagementToken{}, client.Wrap(client.Internal, err, "sign a management token")
	}
	token := ManagementToken{IssuedAt: call.Now, Expires: call.Now.Add(lifetime)}
	token.Text, err = jwt.Signed(signer).Claims(managementClaims{
		Pool: key.Tenant, TokenType: managementTokenType, KeyType: "userpool", KeyID: key.ID,
		IssuedAt: token.IssuedAt.Unix(), Expires: token.Expires.Unix(),
	}).Serialize()
	if err != nil {
		return ManagementToken{}, client.Wrap(client.Internal, err, "sign a management token")
	}
	return token, nil
}

// managementKey is derived from the access key, so that a token dies when its access
// key is removed, changed or given to another pool. It survives a reset to a world
// in which the access key is the same: clients cache their token across resets.
func managementKey(call *provider.Call, key realm.AccessKey) ([]byte, error) {
	symmetric, err := call.Realm.Keys.Symmetric()
	if err != nil {
		return nil, err
	}
	mac := hmac.New(sha256.New, symmetric)
	for _, part := range []string{key.ID, key.Secret.Reveal(), key.Tenant} {
		mac.Write([]byte(part))
		mac.Write([]byte{0})
	}
	return mac.Sum(nil), nil
}

func managementSigner(call *provider.Call, key realm.AccessKey) (jose.Signer, error) {
	derived, err := managementKey(call, key)
	if err != nil {
		return nil, err
	}
	return jose.NewSigner(jose.SigningKey{Algorithm: jose.HS256, Key: derived}, (&jose.SignerOptions{}).WithType("JWT"))
}

// managementPrincipal recognises a management token that this realm issued.
func managementPrincipal(call *provider.Call, text string) (realm.Principal, bool) {
	parsed, err := jwt.ParseSigned(text, []jose.SignatureAlgorithm{jose.HS256})
	if err != nil {
		return realm.Principal{}, false
	}
	var unproven, claims managementClaims
	if parsed.UnsafeClaimsWithoutVerification(&unproven) != nil {
		return realm.Principal{}, false
	}
	key, known := call.Realm.AccessKey(unproven.KeyID)
	if !known {
		return realm.Principal{}, false
	}
	derived, err := managementKey(call, key)
	if err != nil || parsed.Claims(derived, &claims) != nil {
		return realm.Principal{}, false
	}
	if claims.TokenType != managementTokenType || call.Now.Unix() >= claims.Expires {
		return realm.Principal{}, false
	}
	return keyHolder(key.ID, key.Tenant), true
}

// keyHolder is the principal behind an access key: it administers its pool.
func keyHolder(keyID, pool string) realm.Principal {
	return realm.Principal{Name: keyID, Role: fixtures.RoleAdmin, Tenants: []string{pool}}
}
