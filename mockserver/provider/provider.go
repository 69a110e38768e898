package provider

import (
	"context"
	"io"
	"net/http"
	"time"

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
	// Authenticators by the name of the security scheme in the document.
	Authenticators map[string]Authenticator
	// Doors are the paths whose requests are this provider's to refuse, also when
	// no operation answers there. The first is used for an operation whose path
	// is behind none of them.
	Doors []Door
}

// Door is a path prefix behind which refusals have one shape.
type Door struct {
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
	// BaseURL is the address by which the caller reached the server, without a
	// slash at the end.
	BaseURL string
	// Now is the time of the request; Random is where new secrets come from.
	Now    time.Time
	Random io.Reader
}

// Object returns the body as a JSON object, empty when it is none.
func (c *Call) Object() wire.Object {
	object, _ := c.Body.(wire.Object)
	return object
}

// Key names a client of the call's realm.
func (c *Call) Key(id string) client.Key { return client.Key{Realm: c.Realm.Kind.Name, ID: id} }

// Reply is what a handler or a door answers.
type Reply struct {
	Status int
	Header http.Header
	// Media is the media type; empty means JSON when there is a Body.
	Media string
	// Body is a JSON tree, or a string for a media type that is not JSON.
	Body any
	// Failed marks a refusal.
	Failed bool
}

// OK is a successful JSON reply.
func OK(body any) Reply { return Reply{Status: http.StatusOK, Body: body} }
