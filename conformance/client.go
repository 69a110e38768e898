package conformance

import (
	"crypto/rand"
	"encoding/base64"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/keyturn/keyturn/conformance/profile"
	"github.com/keyturn/keyturn/conformance/redact"
)

// Secret is a client's secret as a check holds it. It prints as a placeholder.
type Secret struct {
	Value   string
	ID      string    // where the provider lists secrets by id
	Expires time.Time // zero for never
}

// String hides the value.
func (Secret) String() string { return "secret" }

// Client is one that the run made, and that nobody else uses.
type Client struct {
	Name   string
	Values profile.Values // client and client_id at least: what calls about it carry
	Secret Secret         // the latest that is known to have been acknowledged

	session *Session
	made    *made
	change  *change
	mu      sync.Mutex
	recent  []asked // before the next change
}

// made is what the run remembers of a client that it made.
type made struct {
	seq     int // in the journal
	name    string
	values  profile.Values
	secret  Secret
	by      *Principal // who made it, where that is not the admin
	deleted bool
	spoilt  bool

	acknowledged int             // secrets, by its creation and its rotations
	had          map[string]int  // how many of these had each value
	listed       map[string]bool // ids of secrets that a list has shown
}

// ID is the client's id at the token side.
func (c *Client) ID() string {
	return c.text("client_id")
}

func (c *Client) text(name string) string {
	text, _ := c.Values[name].(string)
	return text
}

// NewClient makes a client that only this check uses. It ends the check as
// incomplete where that does not succeed. Options change the call that makes it.
func (s *Session) NewClient(options ...CallOption) *Client {
	if s.Mode() == ReadOnly {
		s.Incompletef("mode readonly makes no clients")
	}
	if c := s.reuse(options); c != nil {
		return c
	}
	c, reply := s.TryNewClient(options...)
	if c == nil {
		s.Incompletef("no client could be made for this check: create answered %s", reply)
	}
	return c
}

// TryNewClient makes a client and returns nil where it is refused.
func (s *Session) TryNewClient(options ...CallOption) (*Client, *Reply) {
	name, by := s.run.name(), s.maker(options)
	if by != nil {
		name += foreignMark
	}
	values := profile.Values{"name": name, "identifier": name}
	put := s.run.bound.Operations["create"].Put
	if put["client_id"] != "" {
		values["client_id"] = name
	}
	secret := Secret{}
	if put["secret"] != "" {
		secret.Value = s.ChooseSecret()
		values["secret"] = secret.Value
	}
	seq := s.run.intend(s, name)
	reply := s.Call("create", values, options...)
	if !reply.OK {
		if s.surelyRefused(reply) {
			s.run.gone(seq)
		}
		s.refused(seq, name)
		return nil, reply
	}
	c := &Client{Name: name, session: s, Values: profile.Values{}, Secret: secret}
	for _, id := range []string{"client", "client_id"} {
		if c.Values[id] = reply.Values[id]; c.Values[id] == nil {
			c.Values[id] = values[id]
		}
		if text, ok := c.Values[id].(string); !ok || text == "" {
			// It stays in the journal as it is, and is looked for by its name.
			s.Incompletef("create answered %s, and its reply has no usable %s", reply, id)
		}
	}
	if len(options) == 0 {
		s.recognise(c)
	}
	c.made = s.run.keep(seq, c, by)
	s.own(c.made)
	if shown := reply.Text("secret"); shown != "" {
		c.Secret.Value = shown
	} else if c.Secret.Value == "" && s.run.bound.Binds("reveal") {
		c.Secret.Value = s.Must(c.Call("reveal")).Text("secret")
	}
	s.run.book.Pair(c.ID(), c.Secret.Value)
	c.made.secret = c.Secret
	if c.Secret.Value != "" {
		s.run.acknowledges(c.made, c.Secret.Value)
	}
	return c, reply
}

// recognise reads a new client by the id that the reply to its creation has, before
// anything is done with that id: another's would be rotated and deleted in its place.
func (s *Session) recognise(c *Client) {
	if s.run.dry || s.run.bound.Operations["read"].Take["name"] == "" {
		return
	}
	reply := s.Call("read", maps.Clone(c.Values))
	if name := reply.Text("name"); reply.OK && name != "" && name != c.Name {
		s.Incompletef("create answered with the id of another client, which is named %q", name)
	}
}

// surelyRefused reports that a creation made nothing: the API itself says that it was
// refused, and not that something on the way gave up.
func (s *Session) surelyRefused(reply *Reply) bool {
	statuses := s.run.bound.Statuses
	return !page(reply) && slices.Contains(slices.Concat(statuses.Invalid, statuses.Media, statuses.Unauthenticated, statuses.Forbidden), reply.Status)
}

// reuse takes a client over from a check that is done with it, where the provider
// has no way to delete one: so a run leaves few behind. It gets a secret of its own.
// Where live secrets are counted it would not do: the earlier check's count too.
func (s *Session) reuse(options []CallOption) *Client {
	counted := s.Policy().MaxLive > 0 && s.Policy().Rotation != "replace"
	if s.Policy().DeleteClient != "none" || counted || len(options) > 0 {
		return nil
	}
	spare := s.run.spare()
	if spare == nil {
		return nil
	}
	s.own(spare)
	c := &Client{Name: spare.name, session: s, Values: spare.values, made: spare, Secret: spare.secret}
	if _, reply := c.TryRotate(); !reply.OK {
		s.Incompletef("a client that an earlier check has left could not be given another secret: %s", reply)
	}
	return c
}

func (s *Session) own(m *made) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.owned = append(s.owned, m)
}

// Spoil keeps the client from being handed on to another check.
func (c *Client) Spoil() { c.made.spoilt = true }

// ChooseSecret makes a secret of 256 bits, for providers where the caller chooses.
func (s *Session) ChooseSecret() string {
	if s.run.dry {
		return "{secret}"
	}
	var bytes [32]byte
	rand.Read(bytes[:]) // never fails: crypto/rand ends the program instead
	value := base64.RawURLEncoding.EncodeToString(bytes[:])
	s.run.book.Add(redact.Secret, value)
	return value
}

// Call sends a neutral operation about this client, by default in the name of whoever
// made it.
func (c *Client) Call(operation string, options ...CallOption) *Reply {
	if by := c.made.by; by != nil {
		options = append([]CallOption{As(by)}, options...)
	}
	return c.sees(c.session.Call(operation, maps.Clone(c.Values), options...))
}

// Rotate makes a new secret in the provider's way and ends the check as incomplete
// where that does not succeed, or where the client had the secret before. The client's
// Secret is the new one afterwards.
func (c *Client) Rotate(options ...CallOption) Secret {
	secret, reply := c.TryRotate(options...)
	switch {
	case !reply.OK:
		c.session.Incompletef("the rotation that the check relies on did not succeed: %s", reply)
	case c.hadBefore(secret.Value):
		c.session.Incompletef("the rotation that the check relies on gave a secret that the client had before")
	}
	return secret
}

// TryRotate makes a new secret and leaves the judgement to the check. Where the
// caller chooses the secret it is a fresh one, unless an option sets it.
func (c *Client) TryRotate(options ...CallOption) (Secret, *Reply) {
	s := c.session
	secret := Secret{}
	if s.Policy().SecretSource == "caller" {
		secret.Value = s.ChooseSecret()
		s.run.book.Pair(c.ID(), secret.Value)
		options = append([]CallOption{With("secret", secret.Value)}, options...)
	}
	reply := c.Call("rotate", options...)
	if !reply.OK {
		return Secret{}, reply
	}
	switch s.Policy().SecretSource {
	case "reply":
		secret.Value = reply.Text("secret")
	case "reveal":
		secret.Value = s.Must(c.Call("reveal")).Text("secret")
	}
	s.run.book.Pair(c.ID(), secret.Value)
	c.changes("rotate", reply, c.Secret.Value, secret.Value)
	c.Secret = secret
	c.made.secret = secret
	return secret, reply
}

// Delete deletes the client and leaves the judgement to the check.
func (c *Client) Delete(options ...CallOption) *Reply {
	reply := c.Call("delete", options...)
	if reply.OK {
		c.session.run.removed(c.made)
	}
	return reply
}

// Read reads the client; the check ends as incomplete where that does not succeed.
func (c *Client) Read() *Reply { return c.session.Must(c.Call("read")) }

// Secrets lists the client's secrets where the provider does.
func (c *Client) Secrets() []Secret {
	items, _ := c.ListSecrets()
	var secrets []Secret
	for _, item := range items {
		secret := Secret{}
		secret.ID, _ = item["secret_id"].(string)
		secret.Expires, _ = item["expires"].(time.Time)
		secrets = append(secrets, secret)
	}
	return secrets
}

// Add makes another secret where secrets stand side by side, and learns its id from
// what is new in the list, which has as long as a new secret has to work.
func (c *Client) Add(options ...CallOption) Secret {
	s := c.session
	before := map[string]bool{}
	for _, item := range c.WholeList() {
		id, _ := item["secret_id"].(string)
		before[id] = true
	}
	added := c.Rotate(options...)
	var fresh []Secret
	s.Within(s.Policy().Accept, 1, func(...CallOption) bool {
		fresh = slices.DeleteFunc(c.Secrets(), func(listed Secret) bool { return before[listed.ID] && !s.run.dry })
		return len(fresh) > 0
	})
	if len(fresh) != 1 {
		s.Incompletef("adding one secret made %d new entries in the list, want 1", len(fresh))
	}
	added.ID, added.Expires = fresh[0].ID, fresh[0].Expires
	c.Secret = added
	return added
}

// DeleteSecret deletes one secret and leaves the judgement to the check.
func (c *Client) DeleteSecret(secret Secret, options ...CallOption) *Reply {
	reply := c.Call("delete_secret", append([]CallOption{With("secret_id", secret.ID)}, options...)...)
	if reply.OK {
		c.changes("delete", reply, secret.Value, "")
	}
	return reply
}

// note keeps what the oracle was asked for the timeline.
func (c *Client) note(question asked) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.recent = append(c.recent[max(0, len(c.recent)-2*agreeing):], question)
	if c.change != nil {
		c.change.note(question)
	}
}

// changes begins a timeline.
func (c *Client) changes(kind string, reply *Reply, old, fresh string) {
	made := c.session.run.change(c.session, c, kind, reply)
	if kind == "rotate" {
		c.session.run.acknowledges(c.made, fresh)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	made.begin(old, fresh, c.recent)
	c.change = made
}
