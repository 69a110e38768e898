package identityservice

import (
	"encoding/base64"
	"io"

	"github.com/google/uuid"

	"github.com/keyturn/keyturn/mockserver/client"
	"github.com/keyturn/keyturn/mockserver/provider"
)

const secretSize = 32

// newSecret makes a secret and the value that is shown once. The value survives
// the Basic header and a form without being encoded.
func newSecret(call *provider.Call) (client.Secret, client.Value, error) {
	id, err := uuid.NewRandomFromReader(call.Random)
	if err != nil {
		return client.Secret{}, "", client.Wrap(client.Internal, err, "read randomness")
	}
	random := make([]byte, secretSize)
	if _, err := io.ReadFull(call.Random, random); err != nil {
		return client.Secret{}, "", client.Wrap(client.Internal, err, "read randomness")
	}
	value := base64.RawURLEncoding.EncodeToString(random)
	return client.NewSecret(id.String(), value, call.Now).Sealed(), client.Value(value), nil
}
