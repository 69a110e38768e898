package defect

import (
	"net/http"

	"github.com/keyturn/keyturn/mockserver/client"
	"github.com/keyturn/keyturn/mockserver/provider"
	"github.com/keyturn/keyturn/mockserver/realm"
)

// Defect is one deliberate misbehaviour.
type Defect struct {
	// ID is permanent: lower-case words joined by hyphens.
	ID string
	// About says in a sentence what the stand-in does then.
	About string
	// Providers are those that it shows itself through.
	Providers []string
	// hooks makes what the defect does, anew each time it is switched on.
	hooks func() []Hooks
}

// Hooks are what a defect does, by the seam of a request's way at which it does it, in
// the order of that way. A nil member leaves its seam alone.
type Hooks struct {
	// Route may give back another request, for which an operation is then looked for.
	Route func(*http.Request) *http.Request
	// Call sees a call that is complete and before which nothing was decided. It may
	// change its clock, its randomness, its store, and how a secret is judged.
	Call func(*provider.Call)
	// Around is around everything that decides: who calls, whether the request is as
	// the document has it, and the handler.
	Around func(provider.Handler) provider.Handler
	// Caller has the last word on who calls.
	Caller func(*provider.Call, realm.Principal, error) (realm.Principal, error)
	// Unchecked reports whether the request is taken without a look at the document.
	Unchecked func(*provider.Call) bool
	// Reply may change a reply that has passed the check against the document. What
	// is inside its body may be somebody else's: see put.
	Reply func(*provider.Call, *provider.Reply)
	// Header sees the header fields of a reply as they are about to be written.
	Header func(call *provider.Call, status int, header http.Header)
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

// replying changes the replies of the operations in these roles, successes only.
func replying(change func(*provider.Call, *provider.Reply), roles ...role) Hooks {
	return Hooks{Reply: func(call *provider.Call, reply *provider.Reply) {
		if !reply.Failed && in(call, roles) {
			change(call, reply)
		}
	}}
}

// refusing changes refusals by the operations in these roles; without any, all.
func refusing(change func(*provider.Call, *provider.Reply), roles ...role) Hooks {
	return Hooks{Reply: func(call *provider.Call, reply *provider.Reply) {
		if reply.Failed && (len(roles) == 0 || in(call, roles)) {
			change(call, reply)
		}
	}}
}

// plain is for hooks that remember nothing.
func plain(hooks ...Hooks) func() []Hooks { return func() []Hooks { return hooks } }
