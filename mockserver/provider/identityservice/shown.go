package identityservice

import (
	"github.com/keyturn/keyturn/mockserver/client"
	"github.com/keyturn/keyturn/mockserver/wire"
)

// The members of the application object that an application simply has. The
// vendor's example shows null for an absent one, and false for an absent switch.
var (
	nullable = []string{
		"displayName", "theme", "redirectUris", "postLogoutRedirectUris", "consentType", "type", "grantTypes",
		"endpoints", "scopes", "homepageUrl", "sampleHomepageUrl", "appSwitcherProductId", "additionalLinks",
		"definedRoles", "roles", "tenants",
	}
	switches = []string{
		"allowUnregisteredUsersToSignIn", "hideTenantDisplayNameDuringLogIn", "allowRegister", "disableLoginAlerts",
	}
)

// shown is the application object of all 23 members. An empty secret is shown as
// null, which is all that anybody sees after the reply that made it.
func shown(c client.Client, secret client.Value) wire.Object {
	object := wire.Object{"clientId": c.ClientID, "tenant": c.Tenant, "clientSecret": nil}
	if secret != "" {
		object["clientSecret"] = secret.Reveal()
	}
	for _, name := range nullable {
		object[name] = c.Attributes.Get(name)
	}
	for _, name := range switches {
		on, _ := c.Attributes.Get(name).(bool)
		object[name] = on
	}
	return object
}

// texts reads a list of strings, nil when the application has none.
func texts(c client.Client, name string) []string {
	items, _ := c.Attributes.Get(name).([]any)
	var list []string
	for _, item := range items {
		if text, ok := item.(string); ok {
			list = append(list, text)
		}
	}
	return list
}
