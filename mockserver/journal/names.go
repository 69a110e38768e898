package journal

import "strings"

// secretSuffixes end the names of what must not be shown: client_secret,
// accessKeySecret, refresh_token, newPassword. Names that only begin with such a
// word, as token_type and secretId do, are harmless.
var secretSuffixes = []string{"secret", "password", "token", "privatekey", "apikey", "clientassertion"}

// privateMembers are those of a JSON Web Key (RFC 7518 section 6) that make it
// private. Their names mean nothing elsewhere.
var privateMembers = map[string]bool{
	"d": true, "p": true, "q": true, "dp": true, "dq": true, "qi": true, "k": true, "oth": true,
}

var separators = strings.NewReplacer("_", "", "-", "", ".", "", " ", "")

// plainName makes names equal that differ in case and separators only.
func plainName(name string) string { return strings.ToLower(separators.Replace(name)) }

func isSecretName(name string) bool {
	name = plainName(name)
	for _, suffix := range secretSuffixes {
		if strings.HasSuffix(name, suffix) {
			return true
		}
	}
	return false
}

// isKey reports whether the object is a JSON Web Key.
func isKey(object map[string]any) bool {
	for name := range object {
		if plainName(name) == "kty" {
			return true
		}
	}
	return false
}
