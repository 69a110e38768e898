package snapshot

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/keyturn/keyturn/mockserver/client"
)

// member is the value of a member of the document, and where in the text it begins.
type member struct {
	value jsontext.Value
	start int
}

// names are the members of a document, and whether it must have them.
var names = []struct {
	name   string
	needed bool
}{
	{"format", true},
	{"version", true},
	{"name", false},
	{"taken_at", true},
	{"namespace", false},
	{"clock", false},
	{"world", true},
	{"faults", false},
	{"defects", false},
	{"propagation", false},
	{"randomness", false},
}

// split takes the object apart. A text that is no more than a JSON object, without a
// name that is there twice, passes.
func split(raw []byte) (members map[string]member, order []string, err error) {
	broken := func(err error) error {
		if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
			return client.Errorf(client.Malformed, "want a snapshot, this text ends too early")
		}
		return client.Errorf(client.Malformed, "want a snapshot, this is no JSON: %s", strings.TrimPrefix(err.Error(), "jsontext: "))
	}
	decoder := jsontext.NewDecoder(bytes.NewReader(raw))
	if kind := decoder.PeekKind(); kind != jsontext.KindBeginObject && kind != jsontext.KindInvalid {
		return nil, nil, client.Errorf(client.Malformed, "want a snapshot, which is a JSON object")
	}
	if _, err := decoder.ReadToken(); err != nil {
		return nil, nil, broken(err)
	}
	members = map[string]member{}
	for decoder.PeekKind() == jsontext.KindString {
		name, err := decoder.ReadToken()
		if err != nil {
			return nil, nil, broken(err)
		}
		called := name.String()
		value, err := decoder.ReadValue()
		if err != nil {
			return nil, nil, broken(err)
		}
		members[called] = member{value.Clone(), int(decoder.InputOffset()) - len(value)}
		order = append(order, called)
	}
	if _, err := decoder.ReadToken(); err != nil {
		return nil, nil, broken(err)
	}
	if _, err := decoder.ReadToken(); !errors.Is(err, io.EOF) {
		return nil, nil, client.Errorf(client.Malformed, "want one snapshot, there is more after it")
	}
	return members, order, nil
}

// checkKind comes before all else: another version has other members.
func checkKind(members map[string]member) error {
	var format string
	if given, there := members["format"]; !there {
		return missing("format")
	} else if json.Unmarshal(given.value, &format) != nil || format != Format {
		return client.Errorf(client.Invalid, "want %q: this is no snapshot", Format).At("/format")
	}
	var version float64
	if given, there := members["version"]; !there {
		return missing("version")
	} else if given.value.Kind() != jsontext.KindNumber || json.Unmarshal(given.value, &version) != nil {
		return client.Errorf(client.Invalid, "want %d, it is no number", Version).At("/version")
	}
	if version != Version {
		return client.Errorf(client.Invalid, "want %d, it is %v: this snapshot is of another Keyturn", Version, version).At("/version")
	}
	return nil
}

func checkNames(members map[string]member, order []string) error {
	var all []string
	for _, known := range names {
		all = append(all, known.name)
	}
	for _, name := range order {
		if !slices.Contains(all, name) {
			return client.Errorf(client.Invalid, "there is no such member, want %s", strings.Join(all, ", ")).At(pointer(name))
		}
	}
	for _, known := range names {
		if _, there := members[known.name]; known.needed && !there {
			return missing(known.name)
		}
	}
	return nil
}

func missing(name string) error {
	return client.Errorf(client.Missing, "a snapshot has this member").At("/" + name)
}

func pointer(name string) string { return string(jsontext.Pointer("").AppendToken(name)) }
