package checks

import (
	"fmt"
	"strings"
)

// challengeSchemes reads a WWW-Authenticate value (RFC 9110 section 11.6.1): one or
// more challenges, each a scheme with a token68 or with parameters. It lists the
// schemes in order.
func challengeSchemes(value string) ([]string, error) {
	r := &challengeReader{rest: value}
	var schemes []string
	for r.separators(); r.rest != ""; r.separators() {
		scheme := r.token()
		if scheme == "" {
			return nil, fmt.Errorf("no scheme begins at %q", r.rest)
		}
		schemes = append(schemes, scheme)
		if err := r.details(scheme); err != nil {
			return nil, err
		}
	}
	if len(schemes) == 0 {
		return nil, fmt.Errorf("%q has no challenge", value)
	}
	return schemes, nil
}

// challengeReader eats a value from the front.
type challengeReader struct{ rest string }

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
	if r.quoted() || r.token() != "" {
		return true
	}
	r.rest = before
	return false
}

func (r *challengeReader) quoted() bool {
	if !strings.HasPrefix(r.rest, `"`) {
		return false
	}
	for i := 1; i < len(r.rest); i++ {
		switch r.rest[i] {
		case '\\':
			i++
		case '"':
			r.rest = r.rest[i+1:]
			return true
		}
	}
	return false
}

// atEnd reports whether a member of the list ends here.
func atEnd(rest string) bool {
	rest = strings.TrimLeft(rest, blanks)
	return rest == "" || rest[0] == ','
}
