package checks

import (
	"crypto/md5"  //nolint:gosec // searched for, not relied on
	"crypto/sha1" //nolint:gosec // as md5
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"regexp"
	"strings"
)

// hashForms are texts that are the hash of some secret by their look: the formats of
// crypt and its successors, and the prefixes that frameworks store them under.
var hashForms = []struct {
	name string
	form *regexp.Regexp
}{
	{"bcrypt", regexp.MustCompile(`\$2[abxy]?\$\d\d\$[./A-Za-z0-9]{53}`)},
	{"Argon2", regexp.MustCompile(`\$argon2(id|i|d)\$`)},
	{"scrypt", regexp.MustCompile(`\$(scrypt|s0|7)\$`)},
	{"crypt", regexp.MustCompile(`\$[156]\$[./A-Za-z0-9]{1,16}\$[./A-Za-z0-9]{22,}`)},
	{"PBKDF2", regexp.MustCompile(`(?i)pbkdf2[-_:$]`)},
	{"an encoded secret", regexp.MustCompile(`(?i)"\{(bcrypt|pbkdf2|scrypt|argon2|noop|ssha|sha|sha-1|sha-256|sha256|md4|md5|ldap)(@[a-z0-9_.]+)?\}`)},
}

// namedHex is hex of the length of a digest under a name that speaks of one.
var namedHex = regexp.MustCompile(`(?i)"([^"]*(?:hash|digest|secret|salt)[^"]*)"\s*:\s*"(?:[0-9a-f]{40}|[0-9a-f]{64}|[0-9a-f]{128})"`)

// hashesIn names the forms of hash that a JSON text has.
func hashesIn(text string) []string {
	var found []string
	for _, hash := range hashForms {
		if hash.form.MatchString(text) {
			found = append(found, hash.name)
		}
	}
	for _, match := range namedHex.FindAllStringSubmatch(text, -1) {
		if !strings.HasSuffix(strings.ToLower(match[1]), "id") { // an id may be a digest of anything
			found = append(found, "a digest in "+match[1])
		}
	}
	return found
}

// digestsIn names the plain digests of any of some secrets that a text has, in hex of
// either case or in base64.
func digestsIn(text string, secrets []string) []string {
	var found []string
	folded := strings.ToLower(text)
	for _, secret := range secrets {
		for _, digest := range digests(secret) {
			hexed := strings.Contains(folded, hex.EncodeToString(digest.sum))
			raw := strings.Contains(text, base64.RawStdEncoding.EncodeToString(digest.sum))
			safe := strings.Contains(text, base64.RawURLEncoding.EncodeToString(digest.sum))
			if hexed || raw || safe {
				found = append(found, "its "+digest.name)
			}
		}
	}
	return found
}

type digest struct {
	name string
	sum  []byte
}

func digests(secret string) []digest {
	text := []byte(secret)
	md, sha, short, long := md5.Sum(text), sha1.Sum(text), sha256.Sum256(text), sha512.Sum512(text)
	return []digest{{"MD5", md[:]}, {"SHA-1", sha[:]}, {"SHA-256", short[:]}, {"SHA-512", long[:]}}
}
