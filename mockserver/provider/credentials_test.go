package provider_test

import (
	"net/http"
	"testing"

	"github.com/keyturn/keyturn/mockserver/client"
	"github.com/keyturn/keyturn/mockserver/provider"
)

func TestCredentialsOf(t *testing.T) {
	t.Parallel()
	for header, want := range map[string]provider.Credentials{
		"":                 {},
		"Bearer":           {Scheme: "Bearer"},
		"token":            {Scheme: "token"},
		" Bearer  a b ":    {Scheme: "Bearer", Rest: "a b"},
		"bEARER token":     {Scheme: "bEARER", Rest: "token"},
		"authing id:value": {Scheme: "authing", Rest: "id:value"},
	} {
		got, err := provider.CredentialsOf(&http.Request{Header: http.Header{"Authorization": {header}}})
		if err != nil || got != want {
			t.Errorf("%q: got %+v, %v, want %+v", header, got, err, want)
		}
	}
	if got, err := provider.CredentialsOf(&http.Request{}); err != nil || got != (provider.Credentials{}) {
		t.Errorf("no header: got %+v, %v", got, err)
	}
	_, err := provider.CredentialsOf(&http.Request{Header: http.Header{"Authorization": {"Bearer token", "Bearer token"}}})
	if client.KindOf(err) != client.InvalidCredentials {
		t.Errorf("two headers: got %v", err)
	}
	if c := (provider.Credentials{Scheme: "bEARER"}); !c.Are("Bearer") || c.Are("Basic") {
		t.Error("the case of a scheme matters")
	}
}
