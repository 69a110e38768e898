package defect

import (
	"net/http"
	"strings"

	"github.com/keyturn/keyturn/mockserver/client"
	"github.com/keyturn/keyturn/mockserver/provider"
	"github.com/keyturn/keyturn/mockserver/wire"
)

// condition chooses calls.
type condition func(*provider.Call) bool

// by chooses the calls of operations in these roles.
func by(roles ...role) condition {
	return func(call *provider.Call) bool { return in(call, roles...) }
}

func all(conditions []condition, call *provider.Call) bool {
	for _, holds := range conditions {
		if !holds(call) {
			return false
		}
	}
	return true
}

// takenFor takes a request of one method for one of another where the path ends so.
func takenFor(method, other, suffix string) Hooks {
	return Hooks{Route: func(r *http.Request) *http.Request {
		if r.Method == method && strings.HasSuffix(r.URL.Path, suffix) {
			return withMethod(r, other)
		}
		return r
	}}
}

// calling changes the calls of operations in these roles; without any, all.
func calling(change func(*provider.Call), roles ...role) Hooks {
	return Hooks{Call: func(call *provider.Call) {
		if len(roles) == 0 || in(call, roles...) {
			change(call)
		}
	}}
}

// judgement decides whether a presented secret authenticates the client, knowing what
// was decided without it.
type judgement func(call *provider.Call, c client.Client, presented string, accepted bool) bool

// judging changes what is said of a presented secret.
func judging(judge judgement) Hooks {
	return Hooks{Call: func(call *provider.Call) {
		before := call.Judge
		call.Judge = func(c client.Client, presented string) bool {
			accepted := c.Accepts(presented, call.Now)
			if before != nil {
				accepted = before(c, presented)
			}
			return judge(call, c, presented, accepted)
		}
	}}
}

// regarding accepts also what would authenticate if the secrets were as the function
// changes them.
func regarding(change func(call *provider.Call, secret *client.Secret)) Hooks {
	return judging(func(call *provider.Call, c client.Client, presented string, accepted bool) bool {
		c = c.Clone()
		for i := range c.Secrets {
			change(call, &c.Secrets[i])
		}
		return accepted || c.Accepts(presented, call.Now)
	})
}

// sparing refuses the secrets that are noted, by their digests.
func sparing(ended *notes[client.Digest, bool]) Hooks {
	return judging(func(_ *provider.Call, c client.Client, presented string, accepted bool) bool {
		return accepted && !ended.get(c.Key, client.DigestOf(presented))
	})
}

// replying changes the replies of the operations in these roles, successes only.
func replying(change func(*provider.Call, *provider.Reply), roles ...role) Hooks {
	return Hooks{Reply: func(call *provider.Call, reply *provider.Reply) {
		if !reply.Failed && in(call, roles...) {
			change(call, reply)
		}
	}}
}

// listed changes the entries of the lists that operations in these roles answer with.
func listed(change func(call *provider.Call, item wire.Object), roles ...role) Hooks {
	return replying(func(call *provider.Call, reply *provider.Reply) {
		eachItem(reply, func(item wire.Object) { change(call, item) })
	}, roles...)
}

// told sees each secret of the identity service as it is shown to whoever made it. It
// is the only time: the store keeps digests.
func told(keep func(of client.Key, secret string)) Hooks {
	return replying(func(call *provider.Call, reply *provider.Reply) {
		keep(call.Key(textAt(reply, "/clientId")), textAt(reply, "/clientSecret"))
	}, create, rotate)
}

// refusing changes refusals by the operations in these roles; without any, all.
func refusing(change func(*provider.Call, *provider.Reply), roles ...role) Hooks {
	return Hooks{Reply: func(call *provider.Call, reply *provider.Reply) {
		if reply.Failed && (len(roles) == 0 || in(call, roles...)) {
			change(call, reply)
		}
	}}
}

// faulting has refusals that the function chooses be faults of the server.
func faulting(chosen func(*provider.Call, *provider.Reply) bool, roles ...role) Hooks {
	return refusing(func(call *provider.Call, reply *provider.Reply) {
		if chosen(call, reply) {
			fault(reply)
		}
	}, roles...)
}
