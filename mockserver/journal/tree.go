package journal

import (
	"strconv"

	"github.com/keyturn/keyturn/mockserver/wire"
)

// json rewrites a JSON value.
func (rw rewriter) json(value any) any {
	switch value := value.(type) {
	case string:
		return rw.text(value)
	case wire.Array:
		list := make(wire.Array, len(value))
		for i, item := range value {
			list[i] = rw.json(item)
		}
		return list
	case wire.Object:
		object := make(wire.Object, len(value))
		key := isKey(value)
		for name, member := range value {
			if isSecretName(name) || key && privateMembers[plainName(name)] {
				object[rw.text(name)] = rw.secret(member)
			} else {
				object[rw.text(name)] = rw.json(member)
			}
		}
		return object
	}
	return value
}

// secret rewrites what is below a member with a secret's name: all of it is taken
// for a secret, whatever its shape, but for what describes one.
func (rw rewriter) secret(value any) any {
	return rw.leaves("", value, func(name, text string) string {
		if describing.MatchString(name) {
			return rw.text(text)
		}
		return rw.named(text)
	})
}

// leaves rewrites every text and number in the value with rewrite, which also gets
// the name of the nearest member.
func (rw rewriter) leaves(name string, value any, rewrite func(name, text string) string) any {
	switch value := value.(type) {
	case string:
		return rewrite(name, value)
	case float64:
		return rewrite(name, strconv.FormatFloat(value, 'f', -1, 64))
	case wire.Array:
		list := make(wire.Array, len(value))
		for i, item := range value {
			list[i] = rw.leaves(name, item, rewrite)
		}
		return list
	case wire.Object:
		object := make(wire.Object, len(value))
		for member, item := range value {
			object[rw.text(member)] = rw.leaves(member, item, rewrite)
		}
		return object
	}
	return value
}

// nested rewrites a text that is itself a JSON document, and reports whether it is
// one. It is shown as it was when nothing in it had to be replaced.
func (rw rewriter) nested(text string) (string, bool) {
	if text == "" || text[0] != '{' && text[0] != '[' {
		return text, false
	}
	value, err := wire.Decode([]byte(text))
	if err != nil {
		return text, false
	}
	before, errBefore := wire.Append(nil, value)
	after, errAfter := wire.Append(nil, rw.json(value))
	if errBefore != nil || errAfter != nil {
		return text, false
	}
	return changed(text, string(before), string(after)), true
}
