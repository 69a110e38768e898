package catalogue

import (
	"maps"
	"slices"
)

// Words are the words that Applies and Needs may use. A profile declares its facts in
// the same ones.
type Words struct {
	Operations []string            // neutral operations that a profile binds
	Policy     map[string][]string // policy fact → its values
	Features   []string            // what else a profile may declare
	Needs      []string            // what a run is given beyond the target
}

var words = Words{
	Operations: []string{
		"create", "read", "list", "delete", // of clients
		"rotate",                        // make a new secret, in whatever way the provider has it
		"reveal",                        // read the current secret
		"list_secrets", "delete_secret", // of one client
		"update", "replace", // partial, whole
		"token", "introspect", "revoke",
		"login", // get a token for the management operations
	},
	Policy: map[string][]string{
		"rotation":       {"replace", "add", "grace"},
		"secret_source":  {"reply", "reveal", "caller"}, // where the new secret comes from
		"overflow":       {"evict", "refuse", "none"},
		"readback":       {"never", "privileged", "always"},
		"delete_client":  {"hard", "soft", "none"},
		"delete_secret":  {"soft", "hard", "none"},
		"delete_last":    {"allow", "refuse", "none"},
		"past_expiry":    {"refuse", "dead", "none"},
		"token_effect":   {"keep", "revoke"},
		"failure_status": {"http", "envelope"},
		"replace_secret": {"keep", "clear", "refuse", "none"},
		"two_proofs":     {"refuse", "agreeing"},
		"reads":          {"current", "lagging"},
	},
	Features: []string{
		"expiry",        // a rotation can be given an expiry
		"expiry_update", // an update or a replacement can change it, and a read shows it
		"cap",           // the number of live secrets is bounded
		"pagination",    // the list of clients comes in pages
		"attributes",    // writable attributes are declared
		"immutable",
		"read_only",          // members that a body must not be able to set
		"invalid",            // invalid values of attributes are declared
		"disables",           // an update can disable a client and enable it again
		"chosen_id",          // the caller chooses an id of a new client
		"filters",            // the list of clients can be narrowed down
		"caller_credentials", // the management operations ask for credentials
		"bearer",             // they take them by the scheme Bearer
		"hides_foreign",      // another tenant's client may be refused like one that does not exist
		"bulk_delete",        // one request can delete several clients
		"envelope",           // a member of the body says whether it is a success
		"failure_id",         // a member of a refusal names the occurrence
		"failure_members",    // members that refusals have, or that no success has, are declared
		"names_client",       // the reply to a call about a client says which one it is about
		"shown_write",        // what a member of a write sets is shown by a read or a list
		"problem_details",    // RFC 9457
		"retires",            // there is a way to end a secret at once
		"tenant_scope",       // the request itself names a tenant or pool
		"json_body",
		"basic", // clients may authenticate by HTTP Basic
	},
	Needs: []string{
		"oracle",  // a proven way to try a secret
		"reader",  // a caller who may only read
		"foreign", // an administrator of another tenant
		"app",     // a client that exists already
	},
}

// Vocabulary returns a copy of the words.
func Vocabulary() Words {
	policy := maps.Clone(words.Policy)
	for fact, values := range policy {
		policy[fact] = slices.Clone(values)
	}
	return Words{
		Operations: slices.Clone(words.Operations),
		Policy:     policy,
		Features:   slices.Clone(words.Features),
		Needs:      slices.Clone(words.Needs),
	}
}

var (
	levels   = []Level{Must, Should, May, Policy, Info, Review}
	safeties = []Safety{Read, Write, Wait, Disruptive}
	scopes   = []Scope{Alone, Run}
)
