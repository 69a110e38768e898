package checks

import (
	"fmt"
	"strings"
)

// challengeSchemes lists the schemes of a WWW-Authenticate value, in order.
func challengeSchemes(value string) ([]string, error) {
	found, err := challenges(value)
	if err != nil {
		return nil, err
	}
	schemes := make([]string, len(found))
	for i, one := range found {
		schemes[i] = one.scheme
	}
	return schemes, nil
}

// challenge is a scheme with what it says beside.
type challenge struct {
	scheme     string
	parameters map[string]string // by name in lower case
}

// challenges reads a WWW-Authenticate value (RFC 9110 section 11.6.1): one or more
// challenges, each a scheme with a token68 or with parameters.
func challenges(value string) ([]challenge, error) {
	r := &challengeReader{rest: value}
	for r.separators(); r.rest != ""; r.separators() {
		scheme := r.token()
		if scheme == "" {
			return nil, fmt.Errorf("no scheme begins at %q", r.rest)
		}
		r.found = append(r.found, challenge{scheme, map[string]string{}})
		if err := r.details(scheme); err != nil {
			return nil, err
		}
	}
	if len(r.found) == 0 {
		return nil, fmt.Errorf("%q has no challenge", value)
	}
	return r.found, nil
}

// challengeReader eats a value from the front.
type challengeReader struct {
	rest  string
	found []challenge
}

const blanks = " \t"

// separators skips what stands between the members of a list, which may be empty.
func (r *challengeReader) separators() { r.rest = strings.TrimLeft(r.rest, blanks+",") }

func (r *challengeReader) token() string {
	return r.take(func(c byte) bool { return strings.IndexByte("!#$%&'*+-.^_`|~", c) >= 0 || alphanumeric(c) })
}

func (r *challengeReader) take(is func(byte) bool) string {
	n := 0
	for n < len(r.rest) && is(r.rest[n]) {
		n++
	}
	taken := r.rest[:n]
	r.rest = r.rest[n:]
	return taken
}

func alphanumeric(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

// details reads what follows a scheme, up to the next challenge.
func (r *challengeReader) details(scheme string) error {
	spaced := strings.TrimLeft(r.rest, " ")
	if atEnd(spaced) {
		return nil
	}
	if spaced == r.rest {
		return fmt.Errorf("the scheme %s is followed by %q, want a space", scheme, r.rest)
	}
	r.rest = spaced
	if !r.parameter() {
		r.take(func(c byte) bool { return strings.IndexByte("-._~+/", c) >= 0 || alphanumeric(c) })
		r.take(func(c byte) bool { return c == '=' })
		if r.rest == spaced || !atEnd(r.rest) {
			return fmt.Errorf("the scheme %s is followed by %q, which is neither a parameter nor a token", scheme, spaced)
		}
		return nil
	}
	for {
		if !atEnd(r.rest) {
			return fmt.Errorf("a parameter of %s is followed by %q, want a comma", scheme, r.rest)
		}
		r.separators()
		if !r.parameter() {
			return nil // the next challenge, or the end
		}
	}
}

// parameter reads name=value with a token or a quoted text as the value. Where there
// is none nothing is eaten.
func (r *challengeReader) parameter() bool {
	before := r.rest
	name := r.token()
	equals := strings.TrimLeft(r.rest, blanks)
	if name == "" || !strings.HasPrefix(equals, "=") {
		r.rest = before
		return false
	}
	r.rest = strings.TrimLeft(equals[1:], blanks)
	text, quoted := r.quoted()
	if !quoted {
		text = r.token()
	}
	if !quoted && text == "" {
		r.rest = before
		return false
	}
	r.found[len(r.found)-1].parameters[strings.ToLower(name)] = text
	return true
}

func (r *challengeReader) quoted() (text string, ok bool) {
	if !strings.HasPrefix(r.rest, `"`) {
		return "", false
	}
	var unquoted strings.Builder
	for i := 1; i < len(r.rest); i++ {
		switch r.rest[i] {
		case '\\':
			if i++; i < len(r.rest) {
				unquoted.WriteByte(r.rest[i])
			}
		case '"':
			r.rest = r.rest[i+1:]
			return unquoted.String(), true
		default:
			unquoted.WriteByte(r.rest[i])
		}
	}
	return "", false
}

// atEnd reports whether a member of the list ends here.
func atEnd(rest string) bool {
	rest = strings.TrimLeft(rest, blanks)
	return rest == "" || rest[0] == ','
}
