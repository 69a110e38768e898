package admin

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/keyturn/keyturn/mockserver/client"
	"github.com/keyturn/keyturn/mockserver/fault"
	"github.com/keyturn/keyturn/mockserver/journal"
	"github.com/keyturn/keyturn/mockserver/namespace"
	"github.com/keyturn/keyturn/mockserver/provider"
	"github.com/keyturn/keyturn/mockserver/wire"
)

func (plane) listFaults(_ context.Context, space *namespace.Namespace, _ *provider.Call) (provider.Reply, error) {
	list := wire.Array{}
	for _, f := range space.Faults().List() {
		tree, err := treeOf(f)
		if err != nil {
			return provider.Reply{}, err
		}
		list = append(list, tree)
	}
	return provider.OK(wire.Object{"faults": list}), nil
}

func (p plane) addFault(ctx context.Context, space *namespace.Namespace, call *provider.Call) (provider.Reply, error) {
	asked, err := fault.Parse(call.Raw)
	if err != nil {
		return provider.Reply{}, err
	}
	added, err := AddFault(ctx, space, p.control.Operations(), asked)
	if err != nil {
		return provider.Reply{}, err
	}
	tree, err := treeOf(added)
	if err != nil {
		return provider.Reply{}, err
	}
	reply := provider.OK(tree)
	reply.Status = http.StatusCreated
	return reply, nil
}

// AddFault adds a fault to the namespace of a server with these operations. Errors, each
// at its field: Invalid for what cannot be, and for a match that nothing would meet:
// most likely a slip of the pen, and a rehearsal in which nothing goes wrong.
func AddFault(ctx context.Context, space *namespace.Namespace, operations []journal.Operation, asked fault.Fault) (fault.Fault, error) {
	if err := meets(operations, asked.Match); err != nil {
		return fault.Fault{}, err
	}
	if name := asked.Match.Client; name != "" {
		known, err := space.HasClient(ctx, name)
		if err != nil {
			return fault.Fault{}, err
		}
		if !known {
			return fault.Fault{}, client.Errorf(client.Invalid, "there is no client %.100q in the namespace %s", name, space.Name()).At("/match/client")
		}
	}
	return space.Faults().Add(asked, space.Random())
}

// meets refuses a match that is no operation's, at the first member that leaves none.
func meets(operations []journal.Operation, match fault.Match) error {
	for _, narrow := range []struct {
		field, value string
		keep         func(journal.Operation) bool
		want         func(journal.Operation) string
	}{
		{"provider", match.Provider, func(o journal.Operation) bool { return o.Provider == match.Provider }, func(o journal.Operation) string { return o.Provider }},
		{"operation", match.Operation, func(o journal.Operation) bool { return o.ID == match.Operation }, func(o journal.Operation) string { return o.ID }},
		{"path", match.Path, func(o journal.Operation) bool { return covers(match.Path, o.Path) }, func(o journal.Operation) string { return o.Path }},
		{"method", match.Method, func(o journal.Operation) bool { return answers(o.Method, match.Method) }, func(o journal.Operation) string { return o.Method }},
	} {
		if narrow.value == "" {
			continue
		}
		left := keepOperations(operations, narrow.keep)
		if len(left) == 0 {
			return client.Errorf(client.Invalid, "nothing that is left would match %.100q, want one of %s", narrow.value, distinct(operations, narrow.want)).At("/match/" + narrow.field)
		}
		operations = left
	}
	return nil
}

func keepOperations(operations []journal.Operation, keep func(journal.Operation) bool) []journal.Operation {
	var kept []journal.Operation
	for _, o := range operations {
		if keep(o) {
			kept = append(kept, o)
		}
	}
	return kept
}

// distinct lists what the operations have, as far as a message has room.
func distinct(operations []journal.Operation, member func(journal.Operation) string) string {
	var values []string
	for _, o := range operations {
		values = append(values, member(o))
	}
	slices.Sort(values)
	values = slices.Compact(values)
	const most = 40
	if len(values) > most {
		values = append(values[:most], "…")
	}
	return strings.Join(values, ", ")
}

// answers reports whether an operation takes requests of the method: what answers GET
// answers HEAD.
func answers(own, asked string) bool {
	return own == asked || own == http.MethodGet && asked == http.MethodHead
}

// covers reports whether a request to the path, which may end with an asterisk, can be
// one of the template's.
func covers(path, template string) bool {
	start, open := strings.CutSuffix(path, "*")
	if strings.HasPrefix(start+"/", prefix+"/") {
		// A template that begins with a variable would take it, and the plane has no faults.
		return false
	}
	given, wanted := strings.Split(start, "/"), strings.Split(template, "/")
	if len(given) > len(wanted) || len(given) < len(wanted) && !open {
		return false
	}
	for i, segment := range given {
		last := open && i == len(given)-1
		switch {
		case strings.Contains(wanted[i], "{"), segment == wanted[i], last && strings.HasPrefix(wanted[i], segment):
		default:
			return false
		}
	}
	return true
}

func (plane) clearFaults(_ context.Context, space *namespace.Namespace, _ *provider.Call) (provider.Reply, error) {
	space.Faults().Clear()
	return done, nil
}

func (plane) deleteFault(_ context.Context, space *namespace.Namespace, call *provider.Call) (provider.Reply, error) {
	return done, space.Faults().Remove(call.Params.Text("id"))
}
