package conformance

import (
	"context"
	"fmt"
	"io"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"unicode"

	"github.com/keyturn/keyturn/conformance/exchange"
)

// WritePlan prints every request that a run would send, and sends none. Where a check
// repeats itself until answers agree, or does the same many times at once, one stands
// for all. What credentials would say, and none are given for a target elsewhere, has
// the name of the value in braces.
func WritePlan(ctx context.Context, out io.Writer, options Options) error {
	options.Mode = Plan
	r, selection, err := begin(options)
	if err != nil {
		return err
	}
	text := new(strings.Builder)
	r.foretell(ctx, text)
	total := 0
	for _, one := range selection {
		fmt.Fprintf(text, "\n%-8s %s (%s, %s)\n", one.entry.ID, one.entry.Title, one.entry.Level, one.entry.Safety)
		if one.reason != "" {
			fmt.Fprintf(text, "         does not apply: %s\n", one.reason)
			continue
		}
		if lacking := r.lacking(one.entry); lacking != "" {
			fmt.Fprintf(text, "         cannot be tested: %s\n", lacking)
			continue
		}
		if one.entry.Scope != "" {
			fmt.Fprintf(text, "         judges all exchanges of the run\n")
		}
		s := r.session(ctx, one.entry)
		if crash := s.guard(one.body.Run); crash != nil {
			return fmt.Errorf("planning %s: %w", one.entry.ID, crash)
		}
		r.release(s)
		exchanges := s.recorder.All()
		total += len(exchanges)
		r.list(text, exchanges)
	}
	fmt.Fprintf(text, "\n%s in %s. Whatever is made is deleted again at the end.\n", counted(total, "kind")+" of request", counted(len(selection), "check"))
	_, err = io.WriteString(out, r.book.Hider().Text(text.String()))
	return err
}

// foretell begins a plan: what comes before the first check.
func (r *run) foretell(ctx context.Context, text *strings.Builder) {
	fmt.Fprintf(text, "Plan for %s at %s: nothing is sent.\n", r.bound.Title, r.options.URL)
	if r.options.Credentials == placeholders {
		r.pretend()
		fmt.Fprintf(text, "No credentials are given, so their values are named in braces.\n")
	}
	reason := r.prepare(ctx)
	fmt.Fprintf(text, "\nprepare  makes a client and proves the oracle with it\n")
	r.list(text, r.sessions[0].recorder.All())
	if reason != "" {
		fmt.Fprintf(text, "         %s\n", reason)
	}
}

// pretend gives the placeholders a value for whatever the built-in credentials have
// one for, since most requests carry some.
func (r *run) pretend() {
	pretended := *placeholders
	pretended.Values, pretended.Foreign.Values = map[string]string{}, map[string]string{}
	for name := range r.bound.Credentials.Values {
		pretended.Values[name] = "{" + name + "}"
	}
	for name := range r.bound.Credentials.Foreign.Values {
		pretended.Foreign.Values[name] = "{foreign " + name + "}"
	}
	r.options.Credentials = &pretended
	r.enter()
}

func (r *run) list(text *strings.Builder, exchanges []*exchange.Exchange) {
	last, times := "", 0
	flush := func() {
		if times > 1 {
			fmt.Fprintf(text, "  (%d times)", times)
		}
		if times > 0 {
			text.WriteByte('\n')
		}
	}
	for _, e := range exchanges {
		line := fmt.Sprintf("         %-13s %-6s %s", e.Request.Label, escaped(e.Request.Method), escaped(r.plain(e.Request.URL)))
		if len(e.Request.Body) > 0 {
			line += "  " + beginningOf(r.book.Hider().Text(readable(e.Request)))
		}
		if line == last {
			times++
			continue
		}
		flush()
		text.WriteString(line)
		last, times = line, 1
	}
	flush()
}

// readable is the body, a form without its escapes.
func readable(request exchange.Request) string {
	text := string(request.Body)
	if strings.HasPrefix(request.Header.Get("Content-Type"), "application/x-www-form-urlencoded") {
		if plain, err := url.QueryUnescape(text); err == nil {
			return plain
		}
	}
	return text
}

// beginningOf is enough of a body to tell what it is.
func beginningOf(body string) string {
	const enough = 160
	if runes := []rune(body); len(runes) > enough {
		return escaped(string(runes[:enough])) + "…"
	}
	return escaped(body)
}

// escaped shows what would act on a terminal as Go writes it: some checks send such
// things on purpose.
func escaped(text string) string {
	shown := new(strings.Builder)
	for _, c := range text {
		if unicode.IsPrint(c) {
			shown.WriteRune(c)
		} else {
			shown.WriteString(strings.Trim(strconv.QuoteRune(c), "'"))
		}
	}
	return shown.String()
}

// Placeholders are shown as such, since escaped braces are hard to read. All else
// stays as it goes over the wire: an id may be made of what acts on a terminal.
var unescaped = strings.NewReplacer("%7B", "{", "%7D", "}", "%20", " ")

// longPart is what stands between two separators of an address and is not for reading.
var longPart = regexp.MustCompile(`[^/?&=]{97,}`)

// plain is an address without the target's own, and with long parts as their size.
// Credentials are hidden before anything is cut.
func (r *run) plain(at string) string {
	at = unescaped.Replace(r.book.Hider().Text(strings.TrimPrefix(at, r.options.URL)))
	return longPart.ReplaceAllStringFunc(at, func(part string) string {
		const beginning = 12
		size := len(part)
		if size < 1<<10 {
			return fmt.Sprintf("%s…(%d bytes)", part[:beginning], size)
		}
		return fmt.Sprintf("%s…(%d KiB)", part[:beginning], (size+1<<9)>>10)
	})
}

// counted is a number with its noun.
func counted(count int, noun string) string {
	if count == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", count, noun)
}
