package snapshot

import (
	"math/rand/v2"
	"time"
	"unicode/utf8"

	"github.com/keyturn/keyturn/fixtures"
	"github.com/keyturn/keyturn/mockserver/client"
	"github.com/keyturn/keyturn/mockserver/clock"
	"github.com/keyturn/keyturn/mockserver/fault"
)

// Decode reads a document that Encode wrote. The name is that of the file, for the
// places of what is wrong with the world.
//
// Errors are of type *client.Error, at a JSON pointer: Malformed for what is no JSON
// object, Missing for a member that is not there, Invalid for one that there is none of
// or that cannot be. What the defects are called and whether the realms can load the
// world is left to whoever has them.
func Decode(name string, raw []byte) (Document, error) {
	members, order, err := split(raw)
	if err != nil {
		return Document{}, err
	}
	if err := checkKind(members); err != nil {
		return Document{}, err
	}
	if err := checkNames(members, order); err != nil {
		return Document{}, err
	}
	var d Document
	var stands clockState
	for _, one := range []struct {
		name string
		into any
	}{
		{"name", &d.Name},
		{"taken_at", &d.TakenAt},
		{"namespace", &d.Namespace},
		{"clock", &stands},
		{"faults", &d.Faults},
		{"defects", &d.Defects},
		{"propagation", &d.Propagation},
		{"randomness", &d.Randomness},
	} {
		given, there := members[one.name]
		if !there {
			continue
		}
		if err := read("/"+one.name, given.value, one.into); err != nil {
			return Document{}, err
		}
	}
	d.Clock = clock.State{Offset: time.Duration(stands.Offset), Frozen: stands.Frozen}
	if err := d.check(); err != nil {
		return Document{}, err
	}
	d.World, err = readWorld(name, raw, members["world"])
	return d, err
}

// check looks at what the types cannot say.
func (d Document) check() error {
	for at, shown := range map[string]time.Time{"/taken_at": d.TakenAt, "/clock/frozen": d.Clock.Frozen} {
		if year := shown.UTC().Year(); year < 0 || year > 9999 {
			return client.Errorf(client.Invalid, "the year is out of range, want 0 to 9999 in UTC").At(at)
		}
	}
	if !d.Clock.Frozen.IsZero() && d.Clock.Offset != 0 {
		return client.Errorf(client.Invalid, "a clock that stands has no offset, want 0s or no time in frozen").At("/clock/offset")
	}
	if err := in("/faults", fault.CheckAll(d.Faults)); err != nil {
		return err
	}
	if err := in("/propagation", d.Propagation.Check()); err != nil {
		return err
	}
	if len(d.Randomness) > 0 && new(rand.ChaCha8).UnmarshalBinary(d.Randomness) != nil {
		return client.Errorf(client.Invalid, "this is no state of a generator, want one as it was exported, or an empty text").At("/randomness")
	}
	return nil
}

func in(at string, err error) error {
	if err == nil {
		return nil
	}
	failure := client.AsError(err)
	return failure.At(at + failure.Field)
}

// readWorld leaves the world where it is in the text, so that its errors have the places
// that they have in the whole document.
func readWorld(name string, raw []byte, world member) (fixtures.World, error) {
	text := append(blank(raw[:world.start]), world.value...)
	read, err := fixtures.ParseWorld(name, text)
	if err != nil {
		return fixtures.World{}, client.Errorf(client.Invalid, "%s", err).At("/world")
	}
	return read, nil
}

// blank returns as many lines and columns of nothing.
func blank(text []byte) []byte {
	empty := make([]byte, 0, len(text))
	for len(text) > 0 {
		r, size := utf8.DecodeRune(text)
		text = text[size:]
		if r != '\n' {
			r = ' '
		}
		empty = append(empty, byte(r))
	}
	return empty
}
