package fault

import (
	"cmp"
	"strconv"
	"strings"
	"time"

	"github.com/keyturn/keyturn/mockserver/client"
	"github.com/keyturn/keyturn/mockserver/wire"
)

// preferField is where a preference that cannot be is said to stand.
const preferField = "Prefer"

// maxPreferred bounds what a request may ask to be held up: it needs no credentials.
const maxPreferred = 30 * time.Second

// preferences are the ones that are read here. Each sets its part of the effect, and
// says what it wants where the value is none.
var preferences = map[string]struct {
	set  func(*Effect, string) bool
	want string
}{
	"code":     {setCode, "a status from 400 to 599"},
	"delay":    {setDelay, "a duration such as 200ms, more than 0s and at most 30s"},
	"reset":    {func(e *Effect, value string) bool { e.Reset = true; return value == "" }, "no value"},
	"empty":    {func(e *Effect, value string) bool { e.Empty = true; return value == "" }, "no value"},
	"truncate": {setTruncate, "how many bytes are left, 0 or more"},
	"drip":     {setDrip, "the pause between two bytes, such as 10ms, more than 0s and at most 30s"},
	"throttle": {setThrottle, "how long to wait, such as 7s, more than 0s and at most a year"},
	"when":     {setWhen, "before or after"},
}

func setCode(e *Effect, value string) bool {
	var err error
	e.Status, err = strconv.Atoi(value)
	return err == nil && e.Status >= 400 && e.Status <= 599
}

func setDelay(e *Effect, value string) bool {
	delay, ok := duration(value)
	e.Latency = &Latency{Fixed: delay}
	return ok && time.Duration(delay) <= maxPreferred
}

func setTruncate(e *Effect, value string) bool {
	left, err := strconv.Atoi(value)
	e.Truncate = &left
	return err == nil && left >= 0
}

func setDrip(e *Effect, value string) bool {
	every, ok := duration(value)
	e.Drip = &Drip{Bytes: 1, Every: every}
	return ok && time.Duration(every) <= maxPreferred
}

// setThrottle makes a throttle that lets nothing through, so that what is left of its
// window is always the whole.
func setThrottle(e *Effect, value string) bool {
	per, ok := duration(value)
	e.Throttle = &Throttle{Per: per}
	return ok && time.Duration(per) <= maxWindow
}

func setWhen(e *Effect, value string) bool {
	e.When = When(value)
	return e.When == Before || e.When == After
}

func duration(value string) (wire.Duration, bool) {
	d, err := time.ParseDuration(value)
	return wire.Duration(d), err == nil && d > 0
}

// Prefer reads what a request asks for itself from its Prefer headers (RFC 7240):
//
//	code=503  delay=200ms  reset  empty  truncate=10  drip=10ms  throttle=7s  when=after
//
// Other preferences and all parameters are passed over, and of a preference that is
// there twice the first counts (section 2). The effect is nil when none of these is
// there. applied is for the header Preference-Applied (section 3). Errors: Invalid at
// "Prefer" for a value that cannot be, and for preferences that contradict each other.
func Prefer(values []string) (effect *Effect, applied string, err error) {
	if len(values) == 0 {
		return nil, "", nil
	}
	var said []string
	taken := map[string]bool{}
	for _, one := range split(strings.Join(values, ","), ',') {
		one, _, _ = cut(one, ';')
		name, value, _ := cut(one, '=')
		name, value = strings.ToLower(trim(name)), unquote(trim(value))
		ours, known := preferences[name]
		if !known || taken[name] {
			continue
		}
		taken[name] = true
		if effect == nil {
			effect = &Effect{}
		}
		if !ours.set(effect, value) {
			return nil, "", wrong(preferField, "%s: %.50q cannot be, want %s", name, value, ours.want)
		}
		if value != "" {
			name += "=" + value
		}
		said = append(said, name)
	}
	if effect == nil {
		return nil, "", nil
	}
	*effect = effect.resolved()
	if err := effect.check(); err != nil {
		failure := client.AsError(err)
		member := strings.TrimPrefix(failure.Field, "/")
		return nil, "", wrong(preferField, "%s: %s", cmp.Or(preferenceOf[member], member, "when"), failure.Message)
	}
	return effect, strings.Join(said, ", "), nil
}

// Foreign is what is left of Prefer headers without the preferences that Prefer reads, for
// whoever the request is passed on to. Parameters stay. It is nil when nothing is left.
func Foreign(values []string) []string {
	var left []string
	for _, one := range split(strings.Join(values, ","), ',') {
		plain, _, _ := cut(one, ';')
		name, _, _ := cut(plain, '=')
		if _, ours := preferences[strings.ToLower(trim(name))]; !ours && trim(one) != "" {
			left = append(left, trim(one))
		}
	}
	if left == nil {
		return nil
	}
	return []string{strings.Join(left, ", ")}
}

// preferenceOf names the members of an effect that a header calls otherwise.
var preferenceOf = map[string]string{"status": "code", "latency": "delay"}

// split takes a list apart at a separator that stands outside quotes.
func split(list string, separator byte) []string {
	var parts []string
	for more := true; more; {
		var part string
		part, list, more = cut(list, separator)
		parts = append(parts, part)
	}
	return parts
}

// cut is strings.Cut at a separator that stands outside quotes.
func cut(text string, separator byte) (before, after string, found bool) {
	quoted := false
	for i := 0; i < len(text); i++ {
		switch {
		case quoted && text[i] == '\\':
			i++
		case text[i] == '"':
			quoted = !quoted
		case !quoted && text[i] == separator:
			return text[:i], text[i+1:], true
		}
	}
	return text, "", false
}

func trim(text string) string { return strings.Trim(text, " \t") }

// unquote reads a quoted-string (RFC 9110 section 5.6.4).
func unquote(text string) string {
	if len(text) < 2 || text[0] != '"' || text[len(text)-1] != '"' {
		return text
	}
	inside := text[1 : len(text)-1]
	var b strings.Builder
	for i := 0; i < len(inside); i++ {
		if inside[i] == '\\' && i+1 < len(inside) {
			i++
		}
		b.WriteByte(inside[i])
	}
	return b.String()
}
