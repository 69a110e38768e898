package profile

import (
	_ "embed" // for the zones
	"fmt"
	"sync"
	"time"

	"github.com/keyturn/keyturn/specs/packed"
)

//go:generate go run ./internal/zones

// A profile's zone must be known on a machine without a zone database. These are the
// zones of time/tzdata, which keeps each as it is, in a seventh of the room; they are
// public domain (IANA tz database).
//
//go:embed zones.gz
var zonesStream string

var zones = sync.OnceValues(func() (map[string][]byte, error) { return packed.Unpack(zonesStream) })

// zone looks a zone up as package time does, and then in what is embedded. The error is
// that of package time.
func (p *Profile) zone() (*time.Location, error) {
	found, err := time.LoadLocation(p.Dates.Zone)
	if err == nil {
		return found, nil
	}
	if embedded, embeddedErr := embeddedZone(p.Dates.Zone); embeddedErr == nil {
		return embedded, nil
	}
	return nil, err
}

func embeddedZone(name string) (*time.Location, error) {
	files, err := zones()
	if err != nil {
		return nil, err
	}
	return time.LoadLocationFromTZData(name, files[name])
}

// Date writes an instant as the provider writes it.
func (b *Bound) Date(at time.Time) string { return at.In(b.zone).Format(b.Dates.Layout) }

// Instant reads a time as the provider writes it.
func (b *Bound) Instant(value any) (time.Time, error) {
	text, ok := value.(string)
	if !ok {
		return time.Time{}, fmt.Errorf("%v is not a text", value)
	}
	return time.ParseInLocation(b.Dates.Layout, text, b.zone)
}
