package probe

import (
	"fmt"
	"strings"

	"github.com/keyturn/keyturn/conformance"
	"github.com/keyturn/keyturn/conformance/profile"
)

// shows reports whether an operation shows the client's secret. A list is searched whole
// for the client, by what the profile takes of its items.
func (*scout) shows(s *conformance.Session, c *conformance.Client, operation string, options ...conformance.CallOption) bool {
	if operation == "list" {
		if !s.Call("list", nil, options...).OK {
			return false
		}
		for _, item := range s.Walk("list", 0, options...) {
			if holds(item["secret"], c.Secret.Value) {
				return true
			}
		}
		return false
	}
	reply := c.Call(operation, options...)
	if !reply.OK {
		return false
	}
	for _, leaf := range profile.Flatten(reply.JSON()) {
		if holds(leaf, c.Secret.Value) {
			return true
		}
	}
	return false
}

// holds reports whether a value has a secret in it, with a prefix or without.
func holds(value any, secret string) bool {
	return value != nil && secret != "" && strings.Contains(fmt.Sprint(value), secret)
}
