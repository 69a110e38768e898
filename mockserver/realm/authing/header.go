package authing

import (
	"strings"

	"github.com/keyturn/keyturn/mockserver/client"
	"github.com/keyturn/keyturn/mockserver/provider"
	"github.com/keyturn/keyturn/mockserver/realm"
)

// The vendor's headers without their prefix, in the spelling in which net/http keeps
// them.
const (
	poolHeader     = "Userpool-Id"
	languageHeader = "Lang"
)

// vendorHeader returns one of the vendor's headers with either prefix.
func vendorHeader(call *provider.Call, name string) string {
	if value := call.HTTP.Header.Get("X-Authing-" + name); value != "" {
		return value
	}
	return call.HTTP.Header.Get("X-Genauth-" + name)
}

// namedPool is the user pool that the request names, empty for none.
func namedPool(call *provider.Call) string { return vendorHeader(call, poolHeader) }

// checkPool refuses a caller who names a user pool that is not theirs. SDKs leave
// the header out or empty, so it is never required.
func checkPool(call *provider.Call, p realm.Principal) error {
	if pool := namedPool(call); pool != "" && !p.In(pool) {
		return client.Errorf(client.Forbidden, "the credentials are not of this user pool").At("x-authing-userpool-id")
	}
	return nil
}

// The languages of messages.
const (
	Chinese = "zh"
	English = "en"
)

// Language is what the caller asked for, or the door's own.
func Language(call *provider.Call, own string) string {
	switch lang := strings.ToLower(vendorHeader(call, languageHeader)); {
	case lang == "":
		return own
	case strings.HasPrefix(lang, Chinese):
		return Chinese
	default:
		return English
	}
}
