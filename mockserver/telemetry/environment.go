package telemetry

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"unicode/utf8"
)

// environment reads variables. As the specification wants it, one that is empty counts
// as not set. The first error stays.
type environment struct {
	lookup func(string) (string, bool)
	err    error
}

func (e *environment) fail(name, format string, args ...any) {
	if e.err == nil {
		e.err = fmt.Errorf("%s: "+format, append([]any{name}, args...)...)
	}
}

func (e *environment) text(name, missing string) string {
	if value, _ := e.lookup(name); strings.TrimSpace(value) != "" {
		return strings.TrimSpace(value)
	}
	return missing
}

// either reads a setting of OTLP: for traces, or else for all signals. It returns the
// name of the variable that counts.
func (e *environment) either(setting string) (name, value string) {
	name = "OTEL_EXPORTER_OTLP_TRACES_" + setting
	if value = e.text(name, ""); value != "" {
		return name, value
	}
	name = "OTEL_EXPORTER_OTLP_" + setting
	return name, e.text(name, "")
}

// list reads values with commas between them.
func (e *environment) list(name string) []string {
	var all []string
	for one := range strings.SplitSeq(e.text(name, ""), ",") {
		if one = strings.TrimSpace(one); one != "" {
			all = append(all, one)
		}
	}
	return all
}

// pairs reads key=value,key=value, where values may be percent-encoded, in the form of W3C
// Baggage. Values are not in errors, for some are credentials.
func (e *environment) pairs(name string) []attribute {
	var all []attribute
	for i, one := range e.list(name) {
		key, value, found := strings.Cut(one, "=")
		value, err := url.PathUnescape(strings.TrimSpace(value))
		if key = strings.TrimSpace(key); !found || key == "" || err != nil || !utf8.ValidString(key+value) {
			e.fail(name, "entry %d is not of the form key=value with a percent-encoded value", i+1)
			return nil
		}
		all = append(all, text(key, value))
	}
	return all
}

// longest keeps numbers of milliseconds within what a duration can hold.
const longest = 1 << 40

// number reads a number above zero.
func (e *environment) number(name string, missing int64) int64 {
	written := e.text(name, "")
	if written == "" {
		return missing
	}
	n, err := strconv.ParseInt(written, 10, 64)
	if err != nil || n < 1 || n > longest {
		e.fail(name, "%q is not a number that will do, want 1 or more", written)
		return missing
	}
	return n
}
