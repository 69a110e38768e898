package mockserver_test

import (
	"regexp"
	"testing"
)

// Servers that share a state show the same mark for the same secret.
func TestOneMarkForOneSecret(t *testing.T) {
	f := openFickle(t)
	one, two := serverOn(t, f), serverOn(t, f)
	mark := func(s interface{ Fingerprint(digest [32]byte) string }) string { return s.Fingerprint([32]byte{1}) }
	if a, b := mark(one.Redactor()), mark(two.Redactor()); a != b || !regexp.MustCompile("^#").MatchString(a) {
		t.Errorf("%s at one, %s at the other", a, b)
	}
}
