package angusgm

import (
	"testing"

	"github.com/keyturn/keyturn/mockserver/client"
)

func TestEveryKindHasAWireForm(t *testing.T) {
	for _, kind := range client.Kinds() {
		form, there := refusals[kind]
		if !there {
			t.Errorf("want a wire form for %s, got none", kind)
			continue
		}
		theCallers := form.status >= 400 && form.status <= 499
		if theCallers == (kind == client.Unavailable) || form.key == "" {
			t.Errorf("%s: want a key and a status of 4xx, or 503 for %s, got %d and %q", kind, client.Unavailable, form.status, form.key)
		}
	}
}
