package journal

import (
	"regexp"
	"strings"
)

// secretSuffixes end the names of what must not be shown: client_secret,
// accessKeySecret, refresh_token, newPassword. Names that only begin with such a
// word, as token_type and secretId do, are harmless.
var secretSuffixes = []string{
	"secret", "secretkey", "secretaccesskey", "password", "passwd", "passphrase", "pwd", "token", "privatekey", "apikey", "assertion",
}

// secretParameters are secrets in a query or a form, where OAuth gives these names
// a meaning. A member of a JSON body may well be called code and be an error's.
var secretParameters = map[string]bool{
	"code": true, "codeverifier": true, "devicecode": true, "idtokenhint": true,
}

// privateMembers are those of a JSON Web Key (RFC 7518 section 6) that make it
// private. Their names mean nothing elsewhere.
var privateMembers = map[string]bool{
	"d": true, "p": true, "q": true, "dp": true, "dq": true, "qi": true, "k": true, "oth": true,
}

// describing matches the names of what describes a secret and may be shown beside
// it, as in "secrets": [{"id": ..., "value": ..., "createdAt": ...}]. The word must
// stand on its own: android and chat may be the names of tokens.
var describing = regexp.MustCompile(`^(?:id|type)$|[_.-](?:id|at|date|type)$|[a-z](?:Id|At|Date|Type)$`)

// identifying matches the names of identifiers.
var identifying = regexp.MustCompile(`^(?i:id)$|[_.-](?i:id)$|[a-z]I[dD]$`)

var separators = strings.NewReplacer("_", "", "-", "", ".", "", " ", "")

// plainName makes names equal that differ in case and separators only.
func plainName(name string) string { return strings.ToLower(separators.Replace(name)) }

// isSecretName also takes the plural, and the value of a secret for the secret.
func isSecretName(name string) bool {
	name = strings.TrimSuffix(plainName(name), "s")
	name = strings.TrimSuffix(strings.TrimSuffix(name, "value"), "s")
	for _, suffix := range secretSuffixes {
		if strings.HasSuffix(name, suffix) {
			return true
		}
	}
	return false
}

func isSecretParameter(name string) bool {
	return isSecretName(name) || secretParameters[plainName(name)]
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
