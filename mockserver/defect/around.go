package defect

import (
	"context"
	"slices"

	"github.com/keyturn/keyturn/mockserver/client"
	"github.com/keyturn/keyturn/mockserver/provider"
)

// outcome chooses by what was decided about a call.
type outcome func(error) bool

func succeeded(err error) bool { return err == nil }

// refused is a refusal of one of these kinds; without any, each.
func refused(kinds ...client.Kind) outcome {
	return func(err error) bool {
		return err != nil && (len(kinds) == 0 || slices.Contains(kinds, client.KindOf(err)))
	}
}

// aside does something more once a call has come out so, and lets the answer stand.
func aside(out outcome, do func(context.Context, *provider.Call) error, conditions ...condition) Hooks {
	return Hooks{Around: func(next provider.Handler) provider.Handler {
		return func(ctx context.Context, call *provider.Call) (provider.Reply, error) {
			reply, err := next(ctx, call)
			if out(err) && all(conditions, call) {
				if failed := do(ctx, call); failed != nil {
					return provider.Reply{}, failed
				}
			}
			return reply, err
		}
	}}
}

// instead answers a call that has come out so with another reply.
func instead(out outcome, answer func(*provider.Call) provider.Reply, conditions ...condition) Hooks {
	return Hooks{Around: func(next provider.Handler) provider.Handler {
		return func(ctx context.Context, call *provider.Call) (provider.Reply, error) {
			reply, err := next(ctx, call)
			if out(err) && all(conditions, call) {
				return answer(call), nil
			}
			return reply, err
		}
	}}
}

// known chooses the calls whose caller was recognised.
func known(call *provider.Call) bool { return call.Principal.Name != "" }
