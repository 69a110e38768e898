package checks_test

import (
	"slices"
	"time"
)

// narrow is what lies between a read and a write in a service that does not lock: less
// than any bound, and enough to be met.
const narrow = 25 * time.Millisecond

func (l *locksmith) gap() {
	l.mu.Unlock()
	time.Sleep(narrow)
	l.mu.Lock()
}

// meet is between the reading and the writing of a rotation; it gives the value that is
// written.
func (l *locksmith) meet(client *lockClient, value string) string {
	switch l.fault {
	case "replacements that meet for a moment leave two":
		l.gap()
	case "a rotation that meets its client's deletion brings it back":
		l.gap()
		if !slices.Contains(l.clients, client) {
			l.clients = append(l.clients, client)
		}
	case "rotations of two clients that meet are mixed up":
		l.beside["value"] = value
		l.gap()
		value, _ = l.beside["value"].(string)
	}
	return value
}

// meetUpdate is between the reading and the writing of an update.
func (l *locksmith) meetUpdate(client *lockClient) {
	if l.has("updates that meet lose one") {
		read := *client
		l.gap()
		client.Label, client.Contact, client.Team, client.Callbacks = read.Label, read.Contact, read.Team, read.Callbacks
	}
}

// meetDeletion is between the finding of a secret and its deletion, nil where that goes on.
func (l *locksmith) meetDeletion(client *lockClient, secret *lockSecret) *lockReply {
	switch l.fault {
	case "deletions that meet take the next one too":
		l.gap()
		if alive := client.alive(); secret.gone(time.Now()) && len(alive) > 0 {
			alive[0].Gone = time.Now()
		}
	case "deletions that meet are a fault of the server":
		l.gap()
		if secret.gone(time.Now()) {
			return problem(500, "no row was deleted")
		}
	}
	return nil
}

// meetDrop is the same for a client.
func (l *locksmith) meetDrop(client *lockClient) *lockReply {
	if l.has("deletions of a client that meet are a fault of the server") {
		l.gap()
		if !slices.Contains(l.clients, client) {
			return problem(500, "no row was deleted")
		}
	}
	return nil
}
