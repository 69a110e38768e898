package admin

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/keyturn/keyturn/mockserver/client"
	"github.com/keyturn/keyturn/mockserver/fault"
	"github.com/keyturn/keyturn/mockserver/journal"
	"github.com/keyturn/keyturn/mockserver/namespace"
	"github.com/keyturn/keyturn/mockserver/provider"
	"github.com/keyturn/keyturn/mockserver/wire"
)

func (p plane) verifyRequests(ctx context.Context, space *namespace.Namespace, call *provider.Call) (provider.Reply, error) {
	expected := expectationOf(call.Object())
	if err := p.known("/match", expected.Match); err != nil {
		return provider.Reply{}, err
	}
	for i, match := range expected.InOrder {
		if err := p.known(fmt.Sprintf("/in_order/%d", i), match); err != nil {
			return provider.Reply{}, err
		}
	}
	held, err := space.Secrets(ctx)
	if err != nil {
		return provider.Reply{}, err
	}
	snapshot := space.Journal().Snapshot()
	verdict, err := snapshot.Verify(expected)
	if wrong, is := errors.AsType[*journal.FieldError](err); is {
		return provider.Reply{}, client.Errorf(client.Invalid, "%s", wrong.Message).At(wrong.Field)
	} else if err != nil {
		return provider.Reply{}, err
	}
	near := map[uint64]journal.Near{}
	for _, n := range verdict.Nearest {
		near[n.ID] = n
	}
	shown := map[uint64]wire.Object{}
	for _, e := range p.control.Redactor().Redact(snapshot.Entries, held, func(e *journal.Entry) bool { _, is := near[e.ID]; return is }) {
		tree := entryTree(&e)
		tree["difference"] = near[e.ID].Difference(&e)
		shown[e.ID] = tree
	}
	nearest := wire.Array{}
	for _, n := range verdict.Nearest {
		nearest = append(nearest, shown[n.ID])
	}
	return provider.OK(wire.Object{
		"verdict": verdict.Outcome, "count": verdict.Count, "evicted": int64(verdict.Evicted), "reason": verdict.Reason, "nearest": nearest,
	}), nil
}

// known refuses a match that no request can meet, which would make a pass of what must
// never come: with a provider or an operation that there is not, with a method that is
// not the operation's, with a pattern for a path.
func (p plane) known(at string, match journal.Match) error {
	if strings.ContainsAny(match.Path, "*{") || strings.HasPrefix(match.Path, "/ns/") {
		return client.Errorf(client.Invalid, "want the whole path of a request, as the journal has it: without *, {} and /ns/{name}").At(at + "/path")
	}
	of := fault.Match{Provider: match.Provider, Operation: match.Operation}
	if match.Operation != "" {
		of.Method = match.Method
	}
	err := meets(p.control.Operations(), of)
	if err == nil {
		return nil
	}
	failure := client.AsError(err)
	return failure.At(at + strings.TrimPrefix(failure.Field, "/match"))
}

// expectationOf reads what the document has let through.
func expectationOf(body wire.Object) journal.Expectation {
	x := journal.Expectation{Never: body["never"] == true, After: uint64(numberOr(body, "after", 0))}
	for name, target := range map[string]**int{"exactly": &x.Exactly, "at_least": &x.AtLeast} {
		if count, given := body[name].(float64); given {
			whole := int(count)
			*target = &whole
		}
	}
	if match, given := body["match"].(wire.Object); given {
		x.Match = matchOf(match)
	}
	order, _ := body["in_order"].(wire.Array)
	for _, item := range order {
		match, _ := item.(wire.Object)
		x.InOrder = append(x.InOrder, matchOf(match))
	}
	return x
}

func matchOf(from wire.Object) journal.Match {
	return journal.Match{
		Provider: wire.Text(from, "provider"), Operation: wire.Text(from, "operation"), Client: wire.Text(from, "client"),
		Method: wire.Text(from, "method"), Path: wire.Text(from, "path"), Status: numberOr(from, "status", 0),
	}
}

func numberOr(from wire.Object, name string, fallback int) int {
	if number, given := from[name].(float64); given {
		return int(number)
	}
	return fallback
}
