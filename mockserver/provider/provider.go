package provider

import (
	"context"
	"io"
	"net/http"
	"time"

	"github.com/google/uuid"

	"github.com/keyturn/keyturn/mockserver/client"
	"github.com/keyturn/keyturn/mockserver/contract"
	"github.com/keyturn/keyturn/mockserver/realm"
	"github.com/keyturn/keyturn/mockserver/store"
	"github.com/keyturn/keyturn/mockserver/wire"
)

// Provider is one emulated API. It holds no state.
type Provider struct {
	// Name is the folder of its document in specs.
	Name  string
	Realm realm.Kind
	// Handlers by operationId. The document and this table must name the same
	// operations.
	Handlers map[string]Handler
	// BodyLimits are the sizes in bytes, by operationId, of the requests that may be
	// larger than others.
	BodyLimits map[string]int64
	// Authenticators by the name of the security scheme in the document.
	Authenticators map[string]Authenticator
	// Doors are the paths whose requests are this provider's to refuse, also when
	// no operation answers there. The first is used for an operation whose path
	// is behind none of them.
	Doors []Door
}

// Door is a path prefix behind which refusals have one shape.
type Door struct {
	// Prefix is made of whole segments; one in braces stands for any.
	Prefix string
	Refuse func(*Call, *client.Error) Reply
}

// Handler answers one operation: it reads the call, makes one store call that
// applies a transition, and returns a reply value. Errors are kinds of package
// client; the door turns them into the vendor's form.
type Handler func(context.Context, *Call) (Reply, error)

// Authenticator recognises the caller. Errors: Unauthenticated when the request
// carries nothing of the scheme, so that another scheme may be tried;
// InvalidCredentials when it carries something wrong.
type Authenticator func(context.Context, *Call) (realm.Principal, error)

// Call is one request on its way to a handler.
type Call struct {
	// Operation is nil when no operation answers at the path.
	Operation *contract.Operation
	Realm     *realm.Realm
	Store     store.Store
	Principal realm.Principal
	Params    contract.Values
	// Body is the checked value, Raw its bytes.
	Body any
	Raw  []byte
	HTTP *http.Request
	// Namespace is the name of the one that the request has chosen.
	Namespace string
	// BaseURL is the address by which the caller reached the server, without a
	// slash at the end.
	BaseURL string
	// Now is the time of the request; Random is where new secrets come from.
	Now    time.Time
	Random io.Reader
	// Judge decides in the client's place whether a presented secret authenticates
	// it. Nil leaves it to the client.
	Judge func(c client.Client, presented string) bool
	// Uses are the secrets that were presented.
	Uses []Use
	// Away is set by whoever could not find out what the answer depends on, and has no way
	// to say so: the answer is that the service is unavailable.
	Away error
}

// Use is a secret that was presented for a client.
type Use struct {
	Client  client.Key
	Verdict client.Verdict
}

// Accepts reports whether the presented secret authenticates the client now, and notes
// its use.
func (c *Call) Accepts(holder client.Client, presented string) bool {
	verdict := holder.Judge(presented, c.Now)
	accepted := verdict.Outcome == client.Accepted
	if c.Judge != nil {
		switch decided := c.Judge(holder, presented); {
		case decided && !accepted:
			verdict.Outcome = client.Accepted
		case !decided && accepted:
			verdict.Outcome = client.Refused
		}
		accepted = verdict.Outcome == client.Accepted
	}
	c.Uses = append(c.Uses, Use{Client: holder.Key, Verdict: verdict})
	return accepted
}

// Object returns the body as a JSON object, empty when it is none.
func (c *Call) Object() wire.Object {
	object, _ := c.Body.(wire.Object)
	return object
}

// Key names a client of the call's realm.
func (c *Call) Key(id string) client.Key { return client.Key{Realm: c.Realm.Kind.Name, ID: id} }

// NewID makes a random UUID, the nil UUID when there is no randomness.
func (c *Call) NewID() string {
	id, err := uuid.NewRandomFromReader(c.Random)
	if err != nil {
		return uuid.Nil.String()
	}
	return id.String()
}

// Reply is what a handler or a door answers.
type Reply struct {
	Status int
	Header http.Header
	// Media is the media type; empty means JSON when there is a Body.
	Media string
	// Body is a JSON tree, or a string for a media type that is not JSON.
	Body any
	// Last names the member of an object Body that is written after the others,
	// for clients that read an envelope from its start and may stop early.
	Last string
	// Failed marks a refusal.
	Failed bool
	// Stream writes a body that has no end of its own, instead of Body. It ends when the
	// context does; each Write is on its way when it returns.
	Stream func(ctx context.Context, w io.Writer) error
}

// OK is a successful JSON reply.
func OK(body any) Reply { return Reply{Status: http.StatusOK, Body: body} }
