package redact

import (
	"regexp"
	"strings"
)

// findStructures finds what is a credential by its look, kind by kind.
func findStructures(text string, key []byte) []match {
	var found []match
	add := func(prefix string, start, end int) {
		found = append(found, match{start: start, end: end, name: prefix + "#" + digest(key, text[start:end]), form: structure})
	}
	findTokens(text, func(start, end int) { add("JWT", start, end) })
	for _, at := range privatePEM.FindAllStringIndex(text, -1) {
		add("PEM", at[0], at[1])
	}
	findPrivateMembers(text, func(start, end int) { add("JWK", start, end) })
	return found
}

// privatePEM is a private key of any kind (RFC 7468 section 10), with its line breaks as
// they are or escaped. One whose end is missing, as in a text that was cut, goes to the
// next quote or tag.
var privatePEM = regexp.MustCompile(`-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY-----(?:[^-"'<]|-[^-"'<])*(?:-----END [A-Z0-9 ]{0,40}PRIVATE KEY-----)?`)

// findTokens finds compact JSON Web Tokens: a header, which begins with the base64 of {"
// and a letter, and two more parts (RFC 7519 section 3) of which either may be
// empty, or four more that are not (RFC 7516 section 3.1; only the key may be missing).
func findTokens(text string, yield func(start, end int)) {
	const prefix, minHeader = "eyJ", 16
	for at := 0; ; {
		next := strings.Index(text[at:], prefix)
		if next < 0 {
			return
		}
		start := at + next
		at = endOfPart(text, start)
		if at-start < minHeader || !hasDot(text, at) {
			continue
		}
		second := endOfPart(text, at+1)
		if !hasDot(text, second) {
			continue
		}
		end := endOfPart(text, second+1)
		if fourth := endOfNextPart(text, end); fourth > end {
			if fifth := endOfNextPart(text, fourth); fifth > fourth {
				end = fifth
			}
		}
		yield(start, end)
		at = end
	}
}

func hasDot(text string, at int) bool { return at < len(text) && text[at] == '.' }

// endOfPart is where the base64url that begins at the place ends.
func endOfPart(text string, at int) int {
	for at < len(text) && (isAlphanumeric(text[at]) || text[at] == '-' || text[at] == '_') {
		at++
	}
	return at
}

// endOfNextPart is where a part that is not empty ends behind a dot at the place, or
// the place where there is none.
func endOfNextPart(text string, at int) int {
	if hasDot(text, at) {
		if end := endOfPart(text, at+1); end > at+1 {
			return end
		}
	}
	return at
}

// privateMember matches what RFC 7518 sections 6.2.2, 6.3.2 and 6.4.1 keep private, also
// in JSON that is a string in JSON. The last quote is not asked for: a text may be cut.
var privateMember = regexp.MustCompile(`"(?:d|p|q|dp|dq|qi|k)\\*"\s*:\s*\\*"([\w-]+)`)

// pseudonym is what Text puts in the place of a member, also where a writer of Markdown,
// HTML, a URL or JSON escaped it since.
var pseudonym = regexp.MustCompile(`^(?:JWK|PEM|JWT|[STK]\d+)(?:\\*#|&#35;|&#[xX]23;|%23|\\+u0023)[0-9a-f]{4}`)

// longest is more than any pseudonym has, escaped.
const longest = 64

// findPrivateMembers finds the private members beside a "kty". A key is taken to be
// flat: it reaches from the brace before to the brace behind.
func findPrivateMembers(text string, yield func(start, end int)) {
	const reach = 16 << 10 // a key of 16,384 bits has 10 kB of members
	for at := 0; ; {
		next := strings.Index(text[at:], `"kty`)
		if next < 0 {
			return
		}
		kty := at + next
		start := max(at, kty-reach)
		if brace := strings.LastIndexByte(text[start:kty], '{'); brace >= 0 {
			start += brace
		}
		end := min(len(text), kty+reach)
		if brace := strings.IndexByte(text[kty:end], '}'); brace >= 0 {
			end = kty + brace
		}
		for _, member := range privateMember.FindAllStringSubmatchIndex(text[start:end], -1) {
			if from := start + member[2]; !pseudonym.MatchString(text[from:min(len(text), from+longest)]) {
				yield(from, start+member[3])
			}
		}
		at = max(end, kty+1)
	}
}
