package authingv2_test

import (
	"crypto/rsa"
	"encoding/json"
	"testing"

	"github.com/go-jose/go-jose/v4"

	"github.com/keyturn/keyturn/mockserver"
)

// TestShownKeyIsAKey has a library read the key out of a document and find its members to
// belong together.
func TestShownKeyIsAKey(t *testing.T) {
	t.Parallel()
	got := wantSuccess(t, start(t, mockserver.Options{}).Bearer("token").Send("GET", detail))
	text, err := json.Marshal(got.At("data", "jwks", "keys", 0))
	if err != nil {
		t.Fatal(err)
	}
	var key jose.JSONWebKey
	if err := json.Unmarshal(text, &key); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	private, is := key.Key.(*rsa.PrivateKey)
	if !is {
		t.Fatalf("%s is a %T, want a private key", text, key.Key)
	}
	if err := private.Validate(); err != nil {
		t.Errorf("%s: %v", text, err)
	}
}
