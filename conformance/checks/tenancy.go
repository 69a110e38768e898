package checks

import (
	"slices"
	"strings"

	"github.com/keyturn/keyturn/conformance"
)

var tenancy = []conformance.Check{
	{ID: "TEN-001", Run: foreignerCannotRotate},
	{ID: "TEN-002", Run: foreignerCannotRead},
	{ID: "TEN-003", Run: foreignerCannotDelete},
	{ID: "TEN-005", Run: secretBelongsToItsClient},
	{ID: "TEN-006", Run: namingATenantWidensNothing},
	{ID: "TEN-009", Run: foreignLooksUnknown},
	{ID: "TEN-010", Run: deletionStaysAtHome},
	{ID: "TEN-012", Run: tenantsDoNotMixAtTheTokenSide},
}

func foreignerCannotRotate(s *conformance.Session) { foreignerCannot(s, "rotate") }

func foreignerCannotDelete(s *conformance.Session) { foreignerCannot(s, "delete_secret", "delete") }

// foreignerCannot has another tenant's administrator write to a client of the admin's:
// from its own tenant, and with the client's tenant in the request where requests name
// one.
func foreignerCannot(s *conformance.Session, operations ...string) {
	c := s.NewClient()
	secret := withID(s, c)
	s.Given(c, secret)
	foreign, scope := s.Foreign(), s.Profile().Scope
	trespass := func(words string, options ...conformance.CallOption) bool {
		writes := only(writesTo(s, c, secret), operations)
		if len(writes) == 0 {
			s.Incompletef("none of %s could be tried: the ids that they need cannot be known", strings.Join(operations, ", "))
		}
		options = append(options, conformance.As(foreign))
		return writesRefused(s, c, writes, s.Profile().Statuses.Foreign, words, options...)
	}
	if !trespass("by another tenant's administrator") || scope == "" {
		return
	}
	if home := s.Admin().Value(scope); home == "" || home == foreign.Value(scope) {
		s.Step("the client's own %s is not tried: the credentials do not name one for admin that is not foreign's", scope)
	} else {
		trespass("by another tenant's administrator who names the client's "+scope, conformance.With(scope, home))
	}
}

func only(writes []write, operations []string) []write {
	return slices.DeleteFunc(writes, func(one write) bool { return !slices.Contains(operations, one.operation) })
}

func secretBelongsToItsClient(s *conformance.Session) {
	owner, other := s.NewClient(), s.NewClient()
	secret := owner.Add()
	s.Given(owner, secret)
	s.Given(other, other.Secret)
	ownerBefore, otherBefore := s.Snapshot(owner), s.Snapshot(other)
	s.Step("delete a secret of one application under the id of another")
	reply := other.Call("delete_secret", conformance.With("secret_id", secret.ID))
	statuses := s.Profile().Statuses
	s.Refused(reply, union(statuses.Unknown, statuses.Foreign), "deleting a secret under another application's id")
	const what = "deleting a secret under another application's id"
	s.Unchanged(owner, ownerBefore, what)
	s.Unchanged(other, otherBefore, what)
	s.BecomesAccepted(owner, secret, "the secret that was named under another application's id")
	if s.Failed() {
		owner.Spoil()
		other.Spoil()
	}
}

func union(some, more []int) []int {
	all := slices.Concat(some, more)
	slices.Sort(all)
	return slices.Compact(all)
}

// namingATenantWidensNothing has the admin name another tenant in its requests, on a
// client of that tenant.
func namingATenantWidensNothing(s *conformance.Session) {
	foreign, scope := s.Foreign(), s.Profile().Scope
	tenant := foreign.Value(scope)
	if tenant == "" || tenant == s.Admin().Value(scope) {
		s.Incompletef("the credentials name no %s for foreign that is not admin's", scope)
	}
	c := s.NewClient(conformance.As(foreign))
	secret := withID(s, c)
	s.Given(c, secret)
	options := []conformance.CallOption{conformance.As(s.Admin()), conformance.With(scope, tenant)}
	words := "by the admin, who names the client's " + scope
	asked := map[string]bool{}
	for _, operation := range []string{"read", "reveal", "list_secrets"} {
		route := s.Profile().Route(operation)
		if route == nil || asked[route.Operation.OperationID] {
			continue
		}
		asked[route.Operation.OperationID] = true
		s.Refused(c.Call(operation, options...), s.Profile().Statuses.Foreign, operation+" "+words)
	}
	writesRefused(s, c, writesTo(s, c, secret), s.Profile().Statuses.Foreign, words, options...)
}
