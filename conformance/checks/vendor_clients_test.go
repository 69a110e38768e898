package checks_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"
)

// object reads the body of a request, strictly; an empty one is an empty object where
// the caller says that none is needed.
func (c *lockCall) object() (map[string]any, error) {
	if media, _, _ := mime.ParseMediaType(c.Header.Get("Content-Type")); media != "application/json" {
		return nil, errLockMedia
	}
	decoder := json.NewDecoder(bytes.NewReader(c.body))
	var object map[string]any
	if err := decoder.Decode(&object); err != nil || object == nil {
		return nil, errors.New("the body is no JSON object")
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("something follows the body")
	}
	return object, nil
}

// lockMember is a writable member of a client: whether a value is one for it, and
// where it goes.
type lockMember struct {
	name string
	fits func(any) bool
	set  func(*lockClient, any)
	none any // what it is without a value
}

func text(shortest, longest int) func(any) bool {
	return func(value any) bool {
		text, ok := value.(string)
		return ok && len([]rune(text)) >= shortest && len([]rune(text)) <= longest
	}
}

func addresses(value any) bool {
	list, ok := value.([]any)
	return ok && len(list) <= 5 && !slices.ContainsFunc(list, func(one any) bool {
		text, ok := one.(string)
		at, err := url.Parse(text)
		return !ok || err != nil || !at.IsAbs()
	})
}

func flag(value any) bool {
	_, ok := value.(bool)
	return ok
}

var lockMembers = []lockMember{
	{"label", text(1, 80), func(c *lockClient, value any) { c.Label, _ = value.(string) }, ""},
	{"contact", text(0, 120), func(c *lockClient, value any) { c.Contact = value }, nil},
	{"team", text(0, 40), func(c *lockClient, value any) { c.Team = value }, nil},
	{"callbacks", addresses, func(c *lockClient, value any) { c.Callbacks, _ = value.([]any) }, []any{}},
	{"suspended", flag, func(c *lockClient, value any) { c.Suspended, _ = value.(bool) }, false},
}

// fit checks every member before the first is written.
func (l *locksmith) fit(c *lockClient, object map[string]any) *lockReply {
	for name := range object {
		if l.has("unknown members are refused") && !known(name) {
			return problem(422, name+" is no member")
		}
	}
	for _, member := range lockMembers {
		value, there := object[member.name]
		if there && !member.fits(value) && !l.sloppy(member.name, value) {
			return problem(422, member.name+" is not what it has to be")
		}
		if there && l.has("an update stops half-way") {
			member.set(c, value)
		}
	}
	return nil
}

func known(name string) bool {
	return name == "secret" || name == "expires_at" || name == "key" || slices.ContainsFunc(lockMembers, func(one lockMember) bool { return one.name == name })
}

func (l *locksmith) show(c *lockClient) map[string]any {
	return map[string]any{
		"id": c.ID, "key": c.Key, "workspace": c.Workspace, "label": c.Label, "contact": c.Contact, "team": c.Team,
		"callbacks": c.Callbacks, "created_at": l.instant(c.Created), "updated_at": l.instant(c.Updated),
		"expires_at": l.clientExpires(c), "suspended": c.Suspended,
	}
}

func (l *locksmith) addClient(c *lockCall) *lockReply {
	object, err := c.object()
	if err != nil {
		return l.malformed(c, err)
	}
	now := time.Now()
	client := &lockClient{
		ID: "c" + hexes(16), Key: "app." + hexes(12), Workspace: c.who.workspace, Callbacks: []any{}, Created: now, Updated: now,
	}
	if earlier := l.exhume("the id of a deleted client comes again", "last"); earlier != nil {
		client.ID = earlier.ID
	}
	if refusal := l.fit(client, object); refusal != nil {
		return refusal
	}
	if object["label"] == nil && !l.has("a client may have no label") {
		return problem(422, "label is missing")
	}
	if object["contact"] == nil && l.has("a client needs a contact") {
		return problem(422, "contact is missing")
	}
	if refusal := l.claim(client, object); refusal != nil {
		return refusal
	}
	for _, member := range lockMembers {
		if value, there := object[member.name]; there && !l.forgets(member.name) {
			member.set(client, value)
		}
	}
	secret := &lockSecret{ID: "s" + hexes(12), Value: l.cut(client), Created: now}
	client.secrets = []*lockSecret{secret}
	l.inherit(client)
	l.clients = append(l.clients, client)
	shown := l.show(client)
	shown["secret"] = secret.Value
	return &lockReply{status: 201, body: shown, header: http.Header{"Location": {"/v1/clients/" + client.ID}}}
}

func (l *locksmith) showClient(c *lockCall) *lockReply {
	return &lockReply{status: 200, body: l.show(c.client)}
}

func (l *locksmith) findClients(c *lockCall) *lockReply {
	page, size := 0, 25
	for _, one := range []struct {
		name        string
		into        *int
		least, most int
	}{{"page", &page, 0, 1 << 30}, {"per_page", &size, 1, 100}} {
		given := c.URL.Query().Get(one.name)
		if given == "" {
			continue
		}
		number, err := strconv.Atoi(given)
		if l.has("a page that cannot be is a fault of the server") && (err != nil || number < one.least) {
			return problem(500, "out of range")
		}
		if err != nil || number < one.least || number > one.most {
			return problem(422, one.name+" is not what it has to be")
		}
		*one.into = number
	}
	if refusal := l.filtered(c); refusal != nil {
		return refusal
	}
	shown := []any{}
	for _, client := range slices.Concat(l.clients, l.ghosts) {
		if !l.matches(c, client) {
			continue
		}
		if client.Workspace == c.Header.Get("Locksmith-Workspace") || l.has("the list is of every workspace") {
			shown = append(shown, l.inList(client))
		}
	}
	if l.has("the newest is listed first") {
		slices.Reverse(shown)
	}
	total := len(shown)
	from, to := l.window(min(page*size, total), min((page+1)*size, total), total)
	return &lockReply{status: 200, body: map[string]any{"clients": shown[from:to], "total": total}}
}

// amendClient changes what is in the body, putClient empties what is not.
func (l *locksmith) amendClient(c *lockCall) *lockReply {
	object, err := c.object()
	if err != nil {
		return l.malformed(c, err)
	}
	if refusal := l.fit(c.client, l.twice(c, object)); refusal != nil {
		return refusal
	}
	if l.has("an update goes where the key in its body says") {
		for _, other := range l.clients {
			if other.Key == object["key"] {
				delete(object, "key")
				c.client = other
			}
		}
	}
	for _, name := range []string{"id", "key", "workspace"} {
		if _, there := object[name]; there && !l.has("an update changes the key") {
			return problem(422, name+" cannot be changed")
		}
	}
	if refusal := l.amendSecret(c.client, object); refusal != nil {
		return refusal
	}
	l.meetUpdate(c.client)
	for _, member := range lockMembers {
		if value, there := object[member.name]; there && (member.name != "label" || !l.has("a new label does not show")) {
			member.set(c.client, value)
		} else if l.has("an update empties what it leaves out") && member.name != "label" {
			member.set(c.client, member.none)
		}
	}
	l.amended(c.client, object)
	l.assign(c.client, object)
	c.client.Updated = time.Now()
	return &lockReply{status: 200, body: l.show(c.client)}
}

func (l *locksmith) putClient(c *lockCall) *lockReply {
	object, err := c.object()
	if err != nil {
		return l.malformed(c, err)
	}
	if refusal := l.fit(c.client, object); refusal != nil {
		return refusal
	}
	if object["label"] == nil {
		return problem(422, "label is missing")
	}
	for _, member := range lockMembers {
		if value, there := object[member.name]; there {
			member.set(c.client, value)
		} else if !l.has("a replacement keeps what it leaves out") {
			member.set(c.client, member.none)
		}
	}
	l.assign(c.client, object)
	c.client.Updated = time.Now()
	return &lockReply{status: 200, body: l.show(c.client)}
}

func (l *locksmith) dropClient(c *lockCall) *lockReply {
	if refusal := l.meetDrop(c.client); refusal != nil {
		return refusal
	}
	if l.has("a deleted client lives on at the token side") {
		l.beside[c.client.Key] = c.client // where authenticate finds it
	}
	if l.has("a deleted client stays in the list") {
		l.ghosts = append(l.ghosts, c.client)
	}
	if !l.has("a deleted client stays") {
		l.clients = slices.DeleteFunc(l.clients, func(one *lockClient) bool { return one == c.client })
	}
	l.endTokens(c.client, !l.has("tokens outlive their client"))
	l.bury(c.client)
	return l.dropped(c)
}
