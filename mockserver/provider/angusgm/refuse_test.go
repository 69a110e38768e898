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
		if form.status < 400 || form.status > 499 || form.key == "" {
			t.Errorf("%s: want a status of 4xx and a key, got %d and %q", kind, form.status, form.key)
		}
	}
}
