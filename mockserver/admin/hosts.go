package admin

import (
	"context"

	"github.com/keyturn/keyturn/fixtures"
	"github.com/keyturn/keyturn/mockserver/provider"
	"github.com/keyturn/keyturn/mockserver/realm"
)

// HostPolicy says under which host names the plane answers.
type HostPolicy struct{ names []string }

// Hosts returns the policy.
func Hosts(names []string, publicURL string) HostPolicy {
	return HostPolicy{names: append(names, publicURL)}
}

func (HostPolicy) authenticate(context.Context, *provider.Call) (realm.Principal, error) {
	return realm.Principal{Name: "local", Role: fixtures.RoleAdmin}, nil
}
