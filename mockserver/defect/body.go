package defect

import (
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/keyturn/keyturn/mockserver/provider"
	"github.com/keyturn/keyturn/mockserver/wire"
)

// put sets the value at a JSON pointer of the reply's body. What is on the way is
// copied, since it may be part of the world. A pointer that leads nowhere is ignored.
func put(reply *provider.Reply, pointer string, value any) {
	reply.Body = edited(reply.Body, steps(pointer), func(any) (any, bool) { return value, true })
}

// drop takes the member at a JSON pointer away.
func drop(reply *provider.Reply, pointer string) {
	reply.Body = edited(reply.Body, steps(pointer), func(any) (any, bool) { return nil, false })
}

// at returns the value at a JSON pointer of the reply's body.
func at(reply *provider.Reply, pointer string) any {
	value := reply.Body
	for _, step := range steps(pointer) {
		switch inside := value.(type) {
		case wire.Object:
			value = inside[step]
		case wire.Array:
			i, err := strconv.Atoi(step)
			if err != nil || i >= len(inside) {
				return nil
			}
			value = inside[i]
		default:
			return nil
		}
	}
	return value
}

// textAt is at for a text, "" when there is none.
func textAt(reply *provider.Reply, pointer string) string {
	text, _ := at(reply, pointer).(string)
	return text
}

// overwrite sets the value at those of the pointers that lead to something: providers
// have other names for what is the same.
func overwrite(reply *provider.Reply, value any, pointers ...string) {
	for _, pointer := range pointers {
		if at(reply, pointer) != nil {
			put(reply, pointer, value)
		}
	}
}

// overwriting is overwrite for the seams of replies.
func overwriting(value any, pointers ...string) func(*provider.Call, *provider.Reply) {
	return func(_ *provider.Call, reply *provider.Reply) { overwrite(reply, value, pointers...) }
}

func steps(pointer string) []string {
	if pointer == "" {
		return nil
	}
	return strings.Split(strings.TrimPrefix(pointer, "/"), "/")
}

// edited is a copy of the value in which the part that the steps lead to is what the
// function makes of it, or gone.
func edited(value any, steps []string, edit func(any) (any, bool)) any {
	if len(steps) == 0 {
		value, _ = edit(value)
		return value
	}
	switch inside := value.(type) {
	case wire.Object:
		copied := maps.Clone(inside)
		if len(steps) == 1 {
			next, stays := edit(copied[steps[0]])
			if delete(copied, steps[0]); stays {
				copied[steps[0]] = next
			}
			return copied
		}
		if next, there := copied[steps[0]]; there {
			copied[steps[0]] = edited(next, steps[1:], edit)
		}
		return copied
	case wire.Array:
		if i, err := strconv.Atoi(steps[0]); err == nil && i < len(inside) {
			copied := slices.Clone(inside)
			copied[i] = edited(copied[i], steps[1:], edit)
			return copied
		}
	}
	return value
}

// items returns the entries of the list in a reply: of clients or of secrets.
func items(reply *provider.Reply) (pointer string, list wire.Array) {
	for _, pointer := range []string{"", "/data", "/data/list"} {
		if list, is := at(reply, pointer).(wire.Array); is {
			return pointer, list
		}
	}
	return "", nil
}

// eachItem changes copies of the entries of the list in a reply.
func eachItem(reply *provider.Reply, change func(item wire.Object)) {
	pointer, list := items(reply)
	if list == nil {
		return
	}
	copied := make(wire.Array, len(list))
	for i, item := range list {
		copied[i] = item
		if object, is := item.(wire.Object); is {
			object = maps.Clone(object)
			change(object)
			copied[i] = object
		}
	}
	put(reply, pointer, copied)
}

// recut replaces the list in a reply, unless it is empty.
func recut(reply *provider.Reply, change func(list wire.Array) wire.Array) {
	if pointer, list := items(reply); len(list) > 0 {
		put(reply, pointer, change(list))
	}
}

// secretIn is where a reply that shows a secret has it, "" for none.
func secretIn(reply *provider.Reply) string {
	for _, pointer := range []string{"/clientSecret", "/data/secret", "/data/clientSecret"} {
		if textAt(reply, pointer) != "" {
			return pointer
		}
	}
	return ""
}

// say puts a text where the refusal has its own.
func say(reply *provider.Reply, text string) {
	for _, pointer := range []string{"/error_description", "/detail", "/message", "/msg"} {
		if _, is := at(reply, pointer).(string); is {
			put(reply, pointer, text)
			return
		}
	}
}

// saying is say for the seams of replies.
func saying(text string) func(*provider.Call, *provider.Reply) {
	return func(_ *provider.Call, reply *provider.Reply) { say(reply, text) }
}

// missing reports a refusal because of something that does not exist.
func missing(_ *provider.Call, reply *provider.Reply) bool {
	for _, pointer := range []string{"/code", "/statusCode", "/status"} {
		if at(reply, pointer) == 2011 || at(reply, pointer) == http.StatusNotFound {
			return true
		}
	}
	return reply.Status == http.StatusNotFound || strings.HasPrefix(textAt(reply, "/title"), "Unknown")
}

// fault turns a reply into that of a server which failed.
func fault(reply *provider.Reply) {
	reply.Status = http.StatusInternalServerError
	overwrite(reply, http.StatusInternalServerError, "/status", "/statusCode")
}
