package angusgm

import (
	"strconv"

	"github.com/keyturn/keyturn/mockserver/client"
	"github.com/keyturn/keyturn/mockserver/provider"
	"github.com/keyturn/keyturn/mockserver/wire"
)

// detail is a client as the caller may see it.
func detail(call *provider.Call, c client.Client) wire.Object {
	attributes := c.Attributes
	shown := wire.Object{
		"id": c.ID, "clientId": c.ClientID, "clientIdIssuedAt": writeDate(c.CreatedAt),
		"clientSecret": nil, expiryMember: dateOrNull(secretExpiry(c)),
		"clientName":  attributes.Text("clientName"),
		"description": attributes.Get("description"), "bizTag": attributes.Get("bizTag"),
		"clientSettings": settingsMember(attributes, "clientSettings"),
		"tokenSettings":  settingsMember(attributes, "tokenSettings"),
		"enabled":        c.Enabled,
		"platform":       platforms.write(attributes.Get("platform")),
		"source":         sources.write(attributes.Get("source")),
		"tenantId":       c.Tenant, "tenantName": attributes.Get("tenantName"),
		"createdBy": attributes.Get("createdBy"), "createdByName": attributes.Get("createdByName"),
		"createdDate":    writeDate(c.CreatedAt),
		"lastModifiedBy": attributes.Get("lastModifiedBy"), "lastModifiedByName": attributes.Get("lastModifiedByName"),
		"lastModifiedDate": writeDate(c.UpdatedAt),
	}
	for _, member := range setMembers {
		shown[member] = wire.Strings(texts(c, member))
	}
	if call.Principal.MaySeeSecrets() {
		shown["clientSecret"] = shownSecret(c)
	}
	return shown
}

func settingsMember(attributes client.Attributes, name string) wire.Object {
	members, _ := numbersAsText(attributes.Get(name)).(wire.Object)
	if members == nil {
		return wire.Object{}
	}
	return members
}

// numbersAsText copies a tree with its numbers written as texts, which is how the
// vendor writes every number.
func numbersAsText(v any) any {
	switch v := v.(type) {
	case wire.Object:
		members := make(wire.Object, len(v))
		for name, member := range v {
			members[name] = numbersAsText(member)
		}
		return members
	case wire.Array:
		items := make(wire.Array, len(v))
		for i, item := range v {
			items[i] = numbersAsText(item)
		}
		return items
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	default:
		return v
	}
}
