package mockserver

import (
	"context"

	"github.com/keyturn/keyturn/mockserver/client"
	"github.com/keyturn/keyturn/mockserver/contract"
	"github.com/keyturn/keyturn/mockserver/realm"
)

// authenticate asks each scheme of the operation in turn; the first that finds
// something of its own in the request decides. Then the caller's role must allow
// the operation's access.
func (x *exchange) authenticate(ctx context.Context) error {
	if x.route.operation.Access == contract.Open {
		return nil
	}
	p, err := x.caller(ctx)
	if x.defects != nil {
		p, err = x.defects.Caller(&x.call, p, err)
	}
	if err != nil {
		return err
	}
	x.call.Principal = p
	return authorise(p, x.route.operation.Access)
}

func (x *exchange) caller(ctx context.Context) (realm.Principal, error) {
	var missing error
	for _, authenticator := range x.route.authenticators {
		p, err := authenticator(ctx, &x.call)
		if err == nil || client.KindOf(err) != client.Unauthenticated {
			return p, err
		}
		if missing == nil {
			missing = err
		}
	}
	return realm.Principal{}, missing
}

func authorise(p realm.Principal, access contract.Access) error {
	var allowed bool
	switch access {
	case contract.Open:
		allowed = true
	case contract.Read:
		allowed = p.MayRead()
	case contract.Secret:
		allowed = p.MaySeeSecrets()
	case contract.Write:
		allowed = p.MayWrite()
	}
	if !allowed {
		return client.Errorf(client.Forbidden, "the credentials do not allow this operation")
	}
	return nil
}
