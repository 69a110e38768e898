package checks_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

// The seams of lists, of the form of secrets and of what a write leaves.

// asks are the filters of a list and what a client has for each.
func asks(client *lockClient) map[string]string {
	return map[string]string{"id": client.ID, "key": client.Key}
}

// filtered refuses a filter, nil where it can be used.
func (l *locksmith) filtered(c *lockCall) *lockReply {
	for name := range asks(&lockClient{}) {
		if strings.ContainsAny(c.URL.Query().Get(name), `'"`) && l.has("a quote in a filter is a fault of the server") {
			return problem(500, "unterminated text")
		}
		if c.URL.Query().Has(name) && l.has("a filter is a fault of the server") {
			return problem(500, "no such column")
		}
	}
	return nil
}

// matches reports whether the filters of a list let a client through.
func (l *locksmith) matches(c *lockCall, client *lockClient) bool {
	for name, has := range asks(client) {
		want := c.URL.Query().Get(name)
		if want == "" || l.has("a filter is not looked at") {
			continue
		}
		beginning, pattern := strings.CutSuffix(want, "%")
		switch {
		case has == want:
		case l.has("a filter is a pattern") && pattern && strings.HasPrefix(has, beginning):
		case l.has("a filter is part of the query") && strings.Contains(want, "' OR '1'='1"):
		default:
			return false
		}
	}
	return true
}

// inList is how the list shows a client.
func (l *locksmith) inList(client *lockClient) map[string]any {
	shown := l.show(client)
	switch l.fault {
	case "the list shows all clients with one id":
		shown["id"] = l.clients[0].ID
	case "the list makes up ids of clients":
		shown["id"] = "c" + hexes(16)
	case "the list shows no teams":
		shown["team"] = nil
	}
	return shown
}

// patterned is a secret that is not only drawn.
func (l *locksmith) patterned(value string, made int) string {
	switch l.fault {
	case "secrets count up":
		return fmt.Sprintf("%08d", 4711+made) + value[8:]
	case "secrets begin with the time":
		return fmt.Sprintf("%x", time.Now().Unix()) + value[8:]
	case "one half of a secret is the other":
		return value[:22] + value[:22]
	case "a secret ends in a line break":
		return value + "\n"
	case "a secret has a letter with an accent":
		return "cl\u00e9-" + value
	}
	return value
}

// claim gives a new client the key that its caller chose, or refuses it.
func (l *locksmith) claim(client *lockClient, object map[string]any) *lockReply {
	value, given := object["key"]
	if !given {
		return nil
	}
	if !text(3, 80)(value) {
		return problem(422, "key is not what it has to be")
	}
	client.Key = value.(string)
	i := slices.IndexFunc(l.clients, func(one *lockClient) bool { return one.Key == client.Key })
	switch {
	case i < 0 || l.has("a key that is taken makes a second client"):
		return nil
	case l.has("a key that is taken is refused after the write"):
		l.clients[i].Label, _ = object["label"].(string)
	case l.has("a key that is taken is a fault of the server"):
		return problem(500, "unique index")
	}
	return problem(409, "key is taken")
}

// forgets reports whether a write leaves a member out that was sent.
func (l *locksmith) forgets(member string) bool {
	return l.has("a creation forgets the team") && member == "team"
}

// amended is what an update does beside.
func (l *locksmith) amended(client *lockClient, object map[string]any) {
	if len(object) == 0 && l.has("an update with no member empties the rest") {
		client.Contact, client.Team = nil, nil
	}
	if client.Suspended && l.has("a suspended client loses its secrets") {
		for _, secret := range client.secrets {
			secret.Gone = time.Now()
		}
	}
}

// unheardOf answers for a client that is not there, nil where nothing goes wrong.
func (l *locksmith) unheardOf(c *lockCall) *lockReply {
	made := &lockClient{ID: c.path[2], Key: c.path[2], Workspace: c.who.workspace, Label: "made", Callbacks: []any{}}
	switch {
	case c.is(http.MethodPatch, 1) && l.has("an update of an unknown client only says so"):
		return &lockReply{status: 200, body: l.show(made)}
	case c.is(http.MethodPatch, 1) && l.has("an update of an unknown client makes it"), c.is(http.MethodPut, 1) && l.has("a replacement of an unknown client makes it"):
		l.add(made)
		l.clients = append(l.clients, made)
		return &lockReply{status: 200, body: l.show(made)}
	case c.is(http.MethodGet, 2) && l.has("an unknown client has an empty list of secrets"):
		return &lockReply{status: 200, body: map[string]any{"secrets": []any{}}}
	}
	return nil
}

// remembered is the secret of a rotation that came before, nil where this one is to be
// made.
func (l *locksmith) remembered(c *lockCall) *lockSecret {
	var before *lockSecret
	switch key := c.Header.Get("Idempotency-Key"); {
	case l.has("rotations within a moment are one"):
		newest := c.client.secrets[len(c.client.secrets)-1]
		if newest != c.client.secrets[0] && time.Since(newest.Created) < 50*time.Millisecond {
			before = newest
		}
	case key != "" && l.has("a repetition is answered from memory"):
		before, _ = l.beside["key "+key].(*lockSecret)
	}
	return before
}

// remember keeps a secret for a repetition.
func (l *locksmith) remember(c *lockCall, secret *lockSecret) {
	if key := c.Header.Get("Idempotency-Key"); key != "" {
		l.beside["key "+key] = secret
	}
}
