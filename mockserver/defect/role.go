package defect

import (
	"slices"

	"github.com/keyturn/keyturn/mockserver/provider"
	"github.com/keyturn/keyturn/mockserver/wire"
)

// role is what an operation does, whatever a provider calls it.
type role string

const (
	create       role = "create"
	read         role = "read"
	list         role = "list"
	update       role = "update"
	replace      role = "replace"
	remove       role = "delete"
	rotate       role = "rotate"
	reveal       role = "reveal"
	listSecrets  role = "list secrets"
	deleteSecret role = "delete secret"
	token        role = "token"
	introspect   role = "introspect"
	revoke       role = "revoke"
	login        role = "login"
)

var roles = map[string]role{
	"createApplication": create, "registerApplication": create, "createClient": create,
	"getApplication": read, "getClient": read,
	"listApplications": list, "listClients": list,
	"updateApplication": update, "updateClient": update,
	"replaceClient":     replace,
	"deleteApplication": remove, "deleteClients": remove,
	"refreshSecret": rotate, "refreshApplicationSecret": rotate, "addSecret": rotate,
	"getApplicationSecret": reveal,
	"listSecrets":          listSecrets,
	"deleteSecret":         deleteSecret,
	"oauthToken":           token, "oidcToken": token, "issueToken": token,
	"oauthIntrospect": introspect, "oidcIntrospect": introspect, "introspectToken": introspect,
	"oauthRevoke": revoke, "oidcRevoke": revoke, "revokeToken": revoke,
	"accessToken": login, "getManagementToken": login,
}

// roleOf is the role of the call's operation, "" for one that has none. AngusGM
// rotates with an update that brings a secret.
func roleOf(call *provider.Call) role {
	if call.Operation == nil {
		return ""
	}
	found := roles[call.Operation.ID]
	if call.Operation.ID == "updateClient" && wire.Text(sent(call), "clientSecret") != "" {
		return rotate
	}
	return found
}

func in(call *provider.Call, wanted ...role) bool { return slices.Contains(wanted, roleOf(call)) }

// tokenSide reports whether a client calls with its own secret.
func tokenSide(call *provider.Call) bool { return in(call, token, introspect, revoke) }

// management reports whether the call is of anybody else.
func management(call *provider.Call) bool { return !tokenSide(call) }
