package console

import (
	"net/url"
	"strconv"
	"strings"
	"time"

	h "github.com/keyturn/keyturn/mockserver/console/internal/markup"
)

// weekday is RFC 3339 in UTC behind the day, as it matters that a secret expires on a
// Sunday.
const weekday = "Mon 2006-01-02T15:04:05Z07:00"

func moment(t time.Time) h.Node {
	return h.Time(h.DateTime(t.UTC().Format(time.RFC3339Nano)), h.Text(t.UTC().Format(weekday)))
}

// momentOr is for a time that may not be there.
func momentOr(t time.Time, without string) h.Node {
	if t.IsZero() {
		return h.Span(h.Class("muted"), h.Text(without))
	}
	return moment(t)
}

// signed is a duration with its sign.
func signed(d time.Duration) string {
	if d < 0 {
		return "−" + short(-d)
	}
	return "+" + short(d)
}

// short is a duration in its two largest units, and in days where there are some.
func short(d time.Duration) string {
	const day = 24 * time.Hour
	switch { // what is a moment short of a whole unit is that unit
	case d >= day-30*time.Minute:
		d = d.Round(time.Hour)
	case d >= time.Hour-30*time.Second:
		d = d.Round(time.Minute)
	case d >= time.Minute-500*time.Millisecond:
		d = d.Round(time.Second)
	}
	switch {
	case d >= 100*day:
		return strconv.FormatInt(int64(d/day), 10) + " d"
	case d >= day:
		return join(d/day, "d", d%day/time.Hour, "h")
	case d >= time.Hour:
		return join(d/time.Hour, "h", d%time.Hour/time.Minute, "min")
	case d >= time.Minute:
		return join(d/time.Minute, "min", d%time.Minute/time.Second, "s")
	case d >= 10*time.Second:
		return strconv.FormatInt(int64(d.Round(time.Second)/time.Second), 10) + " s"
	case d >= time.Second:
		return strconv.FormatFloat(d.Seconds(), 'f', 1, 64) + " s"
	default:
		return strconv.FormatFloat(float64(d.Microseconds())/1000, 'f', 1, 64) + " ms"
	}
}

func join(many time.Duration, unit string, rest time.Duration, smaller string) string {
	text := strconv.FormatInt(int64(many), 10) + " " + unit
	if rest > 0 {
		text += " " + strconv.FormatInt(int64(rest), 10) + " " + smaller
	}
	return text
}

// button sends its form. Its class says how much it stands out.
func button(class string, content ...h.Node) h.Node {
	return h.Button(h.Type("submit"), h.If(class != "", h.Class(class)), h.Group(content))
}

// choice is a button that sends a value of its own.
func choice(class, name, value, text string) h.Node {
	return button(class, h.Name(name), h.Value(value), h.Text(text))
}

func hidden(name, value string) h.Node {
	return h.Input(h.Type("hidden"), h.Name(name), h.Value(value))
}

// link is the address of a page with a query.
func link(page string, pairs ...string) string {
	query := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			query.Set(pairs[i], pairs[i+1])
		}
	}
	if len(query) == 0 {
		return "./" + page
	}
	return "./" + page + "?" + query.Encode()
}

// confirmed folds a button away behind what it would do, which has to be opened first.
func confirmed(title string, content ...h.Node) h.Node {
	return h.Details(h.Class("confirm"), h.Summary(h.Text(title)), h.Group(content))
}

func card(id, title string, content ...h.Node) h.Node {
	return h.Section(h.Class("card"), h.ID(id), h.Aria("labelledby", id+"-title"), h.H2(h.ID(id+"-title"), h.Text(title)), h.Group(content))
}

// live is a part of a page that the script brings up to date. No form that is typed
// into may be in it.
func live(id string, content ...h.Node) h.Node {
	return h.Div(h.ID(id), h.Data("live", ""), h.Group(content))
}

// inputName is the name of the input for a field of the admin plane's document.
func inputName(field string) string {
	return strings.ReplaceAll(strings.Trim(field, "/"), "/", "-")
}

// field is an input with its label, which shows what was typed again and what is wrong
// with it.
func (v *visit) field(form, name, label, initially string, attributes ...h.Node) h.Node {
	id := form + "-" + name
	wrong := v.refused.form == form && v.refused.field == name
	return h.Div(h.Class("field"),
		h.Label(h.For(id), h.Text(label)),
		h.Input(h.ID(id), h.Name(name), h.Value(v.typed(form, name, initially)), h.AutoComplete("off"), h.Attr("spellcheck", "false"),
			h.If(wrong, h.Group{h.Aria("invalid", "true"), h.Aria("describedby", form+"-error"), h.AutoFocus}), h.Group(attributes)),
	)
}

// complaint is what is wrong with a form.
func (v *visit) complaint(form string) h.Node {
	if v.refused.form != form || v.refused.message == "" {
		return nil
	}
	text := v.refused.message
	if v.refused.field != "" {
		text = strings.ReplaceAll(v.refused.field, "-", " ") + ": " + text
	}
	return h.P(h.Class("error"), h.ID(form+"-error"), h.Role("alert"), h.Text(text))
}

func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return group(n) + " " + many
}

// group writes a number with its thousands apart.
func group(n int) string {
	text := strconv.Itoa(n)
	for i := len(text) - 3; i > 0; i -= 3 {
		text = text[:i] + " " + text[i:]
	}
	return text
}
