package angusgm

import (
	"net/url"
	"slices"
	"strings"

	"github.com/keyturn/keyturn/mockserver/client"
	"github.com/keyturn/keyturn/mockserver/wire"
)

// The vendor's members that an update may change, by how they are read. The secret,
// its expiry and the flag enabled are kept outside the attributes.
var (
	plainMembers = []string{"clientName", "description", "bizTag", "clientSettings", "tokenSettings"}
	setMembers   = []string{
		"clientAuthenticationMethods", "authorizationGrantTypes", "redirectUris", "postLogoutRedirectUris", "scopes",
	}
)

// given returns the changeable members that the body has. Null is as good as absent.
func given(body wire.Object) wire.Object {
	members := wire.Object{}
	for _, name := range plainMembers {
		if body[name] != nil {
			members[name] = body[name]
		}
	}
	for _, name := range setMembers {
		if list, isList := body[name].(wire.Array); isList {
			members[name] = distinct(list)
		}
	}
	return members
}

// whole returns every changeable member, empty where the body does not have it.
func whole(body wire.Object) wire.Object {
	members := given(body)
	for _, name := range plainMembers {
		if members[name] == nil {
			members[name] = nil
		}
	}
	for _, name := range setMembers {
		if members[name] == nil {
			members[name] = wire.Array{}
		}
	}
	return members
}

// distinct keeps the first of each item: the vendor reads these lists as sets.
func distinct(list wire.Array) wire.Array {
	kept := make(wire.Array, 0, len(list))
	seen := make(map[any]bool, len(list))
	for _, item := range list {
		if !seen[item] {
			seen[item] = true
			kept = append(kept, item)
		}
	}
	return kept
}

// enabled reads the flag, which may be a text.
func enabled(body wire.Object, fallback bool) bool {
	switch flag := body["enabled"].(type) {
	case bool:
		return flag
	case string:
		return strings.EqualFold(flag, "true")
	default:
		return fallback
	}
}

// texts returns a set member of a client.
func texts(c client.Client, member string) []string {
	list, _ := c.Attributes.Get(member).(wire.Array)
	found := make([]string, 0, len(list))
	for _, item := range list {
		if text, isText := item.(string); isText {
			found = append(found, text)
		}
	}
	return found
}

// checkRedirects holds a client as it would become to the rules on its addresses.
// Errors: Invalid. The document has already seen to their characters.
func checkRedirects(c client.Client) error {
	for _, member := range []string{"redirectUris", "postLogoutRedirectUris"} {
		for _, address := range texts(c, member) {
			if _, err := url.Parse(address); err != nil {
				return client.Errorf(client.Invalid, "want URIs without a fragment").At("/" + member)
			}
		}
	}
	if slices.Contains(texts(c, "authorizationGrantTypes"), "authorization_code") && len(texts(c, "redirectUris")) == 0 {
		return client.Errorf(client.Invalid, "the grant authorization_code needs a redirect URI").At("/redirectUris")
	}
	return nil
}
