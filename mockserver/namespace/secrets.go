package namespace

import (
	"context"
	"slices"
	"strings"

	"github.com/keyturn/keyturn/mockserver/store"
)

// maxSecretClients bounds how many clients of a realm are asked for their secrets:
// the newest, which a test at hand has most likely made.
const maxSecretClients = 10_000

// Secrets returns what the server itself holds that nobody should read in the
// journal: the token of the admin plane, the secrets of access keys, the tokens of
// principals, and the secrets that can be read back of the newest 10,000 clients of
// each realm. Those of older clients are found in the journal by the names they stand
// under.
func (n *Namespace) Secrets(ctx context.Context) ([]string, error) {
	n.using.RLock()
	defer n.using.RUnlock()
	secrets := slices.Clone(n.registry.options.Secrets)
	for name, r := range *n.realms.Load() {
		seed := r.Save(nil)
		for _, key := range seed.AccessKeys {
			secrets = append(secrets, key.Secret)
		}
		for _, principal := range seed.Principals {
			secrets = append(secrets, principal.Token)
		}
		var err error
		if secrets, err = n.appendClientSecrets(ctx, secrets, name); err != nil {
			return nil, err
		}
	}
	return secrets, nil
}

func (n *Namespace) appendClientSecrets(ctx context.Context, secrets []string, realm string) ([]string, error) {
	first, err := n.store.List(ctx, store.Query{Realm: realm, Limit: 1})
	if err != nil {
		return nil, err
	}
	// One list, as a client that is deleted between two would hide another.
	newest, err := n.store.List(ctx, store.Query{Realm: realm, Offset: max(0, first.Total-maxSecretClients)})
	if err != nil {
		return nil, err
	}
	for _, c := range newest.Clients {
		for _, secret := range c.Secrets {
			secrets = appendStored(secrets, secret.Stored.Reveal())
		}
	}
	return secrets, nil
}

// appendStored also takes what follows the name of an encoding: of "{noop}secret",
// a caller presents only the secret.
func appendStored(secrets []string, stored string) []string {
	if encoding, plain, found := strings.Cut(stored, "}"); found && strings.HasPrefix(encoding, "{") {
		secrets = append(secrets, plain)
	}
	if stored == "" {
		return secrets
	}
	return append(secrets, stored)
}
