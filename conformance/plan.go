package conformance

import (
	"context"
	"fmt"
	"io"
	"net/url"
	"strings"

	"github.com/keyturn/keyturn/conformance/exchange"
)

// WritePlan prints every request that a run would send, and sends none. Where a check
// repeats itself until answers agree, or does the same many times at once, one stands
// for all.
func WritePlan(ctx context.Context, out io.Writer, options Options) error {
	options.Mode = Plan
	r, selection, err := begin(options)
	if err != nil {
		return err
	}
	text := new(strings.Builder)
	fmt.Fprintf(text, "Plan for %s at %s: nothing is sent.\n", r.bound.Title, r.options.URL)
	reason := r.prepare(ctx)
	fmt.Fprintf(text, "\nprepare  makes a client and proves the oracle with it\n")
	r.list(text, r.sessions[0].recorder.All())
	if reason != "" {
		fmt.Fprintf(text, "         %s\n", reason)
	}
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
	fmt.Fprintf(text, "\n%d kinds of request in %d checks. Whatever is made is deleted again at the end.\n", total, len(selection))
	_, err = io.WriteString(out, r.book.Hider().Text(text.String()))
	return err
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
		line := fmt.Sprintf("         %-13s %-6s %s", e.Request.Label, e.Request.Method, r.plain(e.Request.URL))
		if len(e.Request.Body) > 0 {
			body := []rune(r.book.Hider().Text(readable(e.Request)))
			line += "  " + string(body[:min(len(body), 160)])
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

// plain shows placeholders as such: escaped braces are hard to read.
func (r *run) plain(at string) string {
	at = strings.TrimPrefix(at, r.options.URL)
	if readable, err := url.PathUnescape(at); err == nil {
		return readable
	}
	return at
}
