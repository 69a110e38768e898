package wire

import (
	"fmt"
	"time"
)

// Duration is a time.Duration that JSON and YAML write as Go does: "1.5s", "36h0m0s".
type Duration time.Duration

// String implements fmt.Stringer.
func (d Duration) String() string { return time.Duration(d).String() }

// MarshalText implements encoding.TextMarshaler.
func (d Duration) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText implements encoding.TextUnmarshaler.
func (d *Duration) UnmarshalText(text []byte) error {
	parsed, err := time.ParseDuration(string(text))
	if err != nil {
		return fmt.Errorf("%q is no duration, want one such as 1.5s, 20m or 36h", text)
	}
	*d = Duration(parsed)
	return nil
}
