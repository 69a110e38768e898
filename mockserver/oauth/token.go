package oauth

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"encoding/base64"
	"encoding/json"
	"io"
	"strconv"
	"strings"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"

	"github.com/keyturn/keyturn/mockserver/client"
	"github.com/keyturn/keyturn/mockserver/provider"
)

// issue makes an access token for the client.
func (d Dialect) issue(call *provider.Call, c client.Client, scope string) (string, Claims, error) {
	random, err := client.RandomHex(call.Random, 16)
	if err != nil {
		return "", Claims{}, err
	}
	claims := Claims{
		ID:     random + "." + origin(call, c),
		Issuer: d.Issuer(call.BaseURL), Subject: c.ClientID, Audience: c.ClientID, Party: c.ClientID, ClientID: c.ClientID,
		Scope: scope, IssuedAt: call.Now.Unix(), Expiry: call.Now.Add(d.Lifetime(c)).Unix(),
	}
	token, err := d.encode(call, claims)
	if client.KindOf(err) == client.Unavailable {
		return "", Claims{}, err // it says what is away
	}
	if err != nil {
		return "", Claims{}, client.Wrap(client.Internal, err, "make a token")
	}
	return token, claims, nil
}

func (d Dialect) encode(call *provider.Call, claims Claims) (string, error) {
	if !d.Opaque {
		signer, err := call.Realm.Keys.Signer()
		if err != nil {
			return "", err
		}
		return jwt.Signed(signer).Claims(claims).Serialize()
	}
	plain, err := json.Marshal(claims)
	if err != nil {
		return "", err
	}
	sealer, err := sealer(call)
	if err != nil {
		return "", err
	}
	nonce := make([]byte, sealer.NonceSize())
	if _, err := io.ReadFull(call.Random, nonce); err != nil {
		return "", err
	}
	return base64.RawURLEncoding.EncodeToString(sealer.Seal(nonce, nonce, plain, nil)), nil
}

func sealer(call *provider.Call) (cipher.AEAD, error) {
	key, err := call.Realm.Keys.Symmetric()
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}

// decode returns the claims of a token that this realm issued, expired or not.
func (d Dialect) decode(call *provider.Call, token string) (Claims, bool) {
	var claims Claims
	if !d.Opaque {
		key, err := call.Realm.Keys.Public()
		if err != nil {
			call.Away = err
			return Claims{}, false
		}
		parsed, err := jwt.ParseSigned(token, []jose.SignatureAlgorithm{jose.RS256})
		return claims, err == nil && parsed.Claims(key, &claims) == nil
	}
	sealed, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil {
		return Claims{}, false
	}
	sealer, err := sealer(call)
	if err != nil || len(sealed) < sealer.NonceSize() {
		return Claims{}, false
	}
	plain, err := sealer.Open(nil, sealed[:sealer.NonceSize()], sealed[sealer.NonceSize():], nil)
	return claims, err == nil && json.Unmarshal(plain, &claims) == nil
}

// Inspect returns the claims of an access token that works now, and its client.
func (d Dialect) Inspect(ctx context.Context, call *provider.Call, token string) (Claims, client.Client, bool) {
	claims, ok := d.decode(call, token)
	if !ok || call.Now.Unix() >= claims.Expiry {
		return Claims{}, client.Client{}, false
	}
	c, err := call.Store.Find(ctx, call.Realm.Kind.Name, claims.ClientID)
	if err != nil || !c.Enabled || c.RevokedTokens.Has(claims.ID) || !claims.belongsTo(call, c) {
		return Claims{}, client.Client{}, false
	}
	return claims, c, true
}

// origin is what ties a token to its client, and to no later one of the same name. Once
// there is a snapshot it also says in which era the token was issued.
func origin(call *provider.Call, c client.Client) string {
	serial := strconv.FormatUint(c.Serial, radix)
	if era := call.Realm.Era.Number(); era > 0 {
		return serial + "." + strconv.FormatUint(era, radix)
	}
	return serial
}

const radix = 36

func (c Claims) belongsTo(call *provider.Call, owner client.Client) bool {
	_, origin, _ := strings.Cut(c.ID, ".")
	serial, era, later := strings.Cut(origin, ".")
	number := uint64(0)
	if later {
		var err error
		if number, err = strconv.ParseUint(era, radix, 64); err != nil {
			return false
		}
	}
	return serial == strconv.FormatUint(owner.Serial, radix) && call.Realm.Era.Has(number)
}
