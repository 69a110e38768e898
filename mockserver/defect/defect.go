package defect

import (
	"net/http"

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

// plain is for hooks that remember nothing.
func plain(hooks ...Hooks) func() []Hooks { return func() []Hooks { return hooks } }
