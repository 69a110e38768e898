package defect

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/keyturn/keyturn/mockserver/client"
	"github.com/keyturn/keyturn/mockserver/provider"
	"github.com/keyturn/keyturn/mockserver/store"
	"github.com/keyturn/keyturn/mockserver/wire"
)

// asDeployed is the set of what AngusGM itself does, as its source reads (see
// specs/angusgm/README.md). None of it was seen in a running one.
const asDeployed = "angusgm-as-deployed"

// deployed lists the members of that set: what fails, is cached or is malformed there.
func deployed() []Defect {
	return []Defect{
		{
			ID: "angusgm-replacement-fails", About: "Every replacement fails with 500: the product asserts a clientId that it does not read.",
			Providers: []string{angus}, hooks: plain(failing(by(replace))),
		},
		{
			ID: "angusgm-update-fails", About: "Every update fails with 500: the product asserts a clientId that an update does not have.",
			Providers: []string{angus}, hooks: plain(failing(by(update, rotate))),
		},
		{
			ID: "angusgm-read-fails", About: "Reading a client that exists fails with 500: the product converts an instant without a zone.",
			Providers: []string{angus}, hooks: plain(failing(by(read))),
		},
		{
			ID: "angusgm-list-fails", About: "A list with any client in it fails with 500: the product converts an instant without a zone.",
			Providers: []string{angus}, hooks: plain(failing(by(list))),
		},
		{
			ID: "angusgm-filter-fails", About: "A list with a filter fails with 500: the product writes the value into its statement without quotes.",
			Providers: []string{angus}, hooks: plain(failing(by(list), filtered)),
		},
		{
			ID: "angusgm-registration-needs-a-description", About: "A registration without a description fails with 500: its column cannot be null.",
			Providers: []string{angus}, hooks: plain(failing(by(create), undescribed)),
		},
		{
			ID: "angusgm-unknown-deletion-fails", About: "Deleting a client that does not exist fails with 500: the product writes an audit entry of nothing.",
			Providers: []string{angus}, hooks: plain(instead(refused(client.NotFound), failure, by(remove))),
		},
		{
			ID: "angusgm-clients-are-cached", About: "The token side knows a client as it was when it was first used, for half an hour.",
			Providers: []string{angus}, hooks: cachesClients,
		},
		{
			ID: "angusgm-401-has-no-scheme", About: "The challenge of a 401 is the error and no scheme.",
			Providers: []string{angus}, hooks: plain(heading(http.StatusUnauthorized, challenged("invalid_token, the token is unknown"), management)),
		},
	}
}

// failing answers what would have been a success with a fault, and undoes it. A list
// fails over its entries, and without any succeeds.
func failing(conditions ...condition) Hooks {
	return Hooks{Around: func(next provider.Handler) provider.Handler {
		return func(ctx context.Context, call *provider.Call) (provider.Reply, error) {
			if !all(conditions, call) {
				return next(ctx, call)
			}
			kept := call.Store
			call.Store = dry{kept}
			reply, err := next(ctx, call)
			call.Store = kept
			if _, entries := items(&reply); err != nil || in(call, list) && len(entries) == 0 {
				return reply, err
			}
			return failure(call), nil
		}
	}}
}

func filtered(call *provider.Call) bool { return call.HTTP.URL.RawQuery != "" }

func undescribed(call *provider.Call) bool {
	_, given := sent(call)["description"].(string)
	return !given
}

// failure is the vendor's answer to an exception that nobody expected.
func failure(call *provider.Call) provider.Reply {
	return provider.Reply{
		Status: http.StatusInternalServerError, Failed: true, Header: http.Header{"Xc-E-Key": {"unknown_error"}},
		Body: wire.Object{
			"code": "E2", "msg": "Unknown exceptions, please contact us", "data": nil,
			"datetime": call.Now.UTC().Add(shanghai).Format(time.DateTime), "ext": wire.Object{"eKey": "unknown_error"},
		},
	}
}

// shanghai is how far the vendor's servers are ahead of UTC.
const shanghai = 8 * time.Hour

// dry is a store whose changes come to nothing.
type dry struct{ store.Store }

// Create implements store.Store.
func (dry) Create(_ context.Context, c client.Client) (client.Client, error) { return c, nil }

// Update implements store.Store.
func (d dry) Update(ctx context.Context, key client.Key, change func(*client.Client) error) (client.Client, error) {
	c, err := d.Get(ctx, key)
	if err != nil {
		return client.Client{}, err
	}
	return c, change(&c)
}

func cachesClients() []Hooks {
	const kept = 30 * time.Minute
	type entry struct {
		c     client.Client
		since time.Time
	}
	seen := remembering[entry]()
	return []Hooks{{Call: func(call *provider.Call) {
		if !tokenSide(call) {
			return
		}
		call.Store = caching{Store: call.Store, find: func(clientID string, c client.Client, err error) (client.Client, error) {
			known := seen.change(client.Key{Realm: call.Realm.Kind.Name, ID: strings.ToLower(clientID)}, func(known entry) entry {
				if known.since.IsZero() && err == nil || call.Now.Sub(known.since) > kept && err == nil {
					return entry{c: c.Clone(), since: call.Now}
				}
				return known
			})
			if known.since.IsZero() {
				return c, err
			}
			return known.c.Clone(), nil
		}}
	}}}
}

// caching is a store whose Find has something to remember.
type caching struct {
	store.Store

	find func(clientID string, c client.Client, err error) (client.Client, error)
}

// Find implements store.Store.
func (s caching) Find(ctx context.Context, realm, clientID string) (client.Client, error) {
	c, err := s.Store.Find(ctx, realm, clientID)
	return s.find(clientID, c, err)
}
