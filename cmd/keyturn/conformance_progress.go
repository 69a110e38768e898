package main

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"unicode"

	"github.com/keyturn/keyturn/conformance"
	"github.com/keyturn/keyturn/conformance/catalogue"
	"github.com/keyturn/keyturn/conformance/report"
)

// progress tells how far a run is. On a terminal the last line is a bar, redrawn in
// its place; elsewhere there is nothing but the lines above it: each check that is not
// a pass, as soon as it is known, and what begins. It may be written to in between.
type progress struct {
	out     io.Writer
	width   int // columns of the terminal; 0 draws no bar
	entries *catalogue.Catalogue
	begin   string // of the first line, behind the number of checks
	journal string // path
	noun    string // of what there is so much of

	mu      sync.Mutex
	running []string // ids, the latest last
	done    int
	total   int
	drawn   bool
}

func newProgress(out io.Writer, s *runSettings, noun, journal string) (*progress, error) {
	entries, err := catalogue.Load()
	if err != nil {
		return nil, err
	}
	begin := fmt.Sprintf("%s, seed %d", s.url, s.seed)
	if s.credentials == "" {
		begin += ", with the credentials of the default world, as none are given"
	}
	return &progress{out: out, width: screenOf(out).width, entries: entries, begin: begin, journal: journal, noun: noun}, nil
}

// show is called for every event, from several goroutines.
func (p *progress) show(ctx context.Context, event conformance.Event) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.done, p.total = max(p.done, event.Done), max(p.total, event.Total)
	switch {
	case event.Phase == "prepare":
		p.line(fmt.Sprintf("keyturn: %s against %s", counted(event.Total, p.noun), p.begin))
	case event.Phase == "clean" && ctx.Err() != nil:
		p.running = nil
		p.line("keyturn: interrupted, removing what the run made; a second signal ends it at once and leaves the journal " + p.journal)
	case event.Phase == "clean":
		p.running = nil
		p.line("keyturn: removing what the run made")
	case event.Result == nil:
		p.running = append(p.running, event.Check)
	default:
		p.running = slices.DeleteFunc(p.running, func(id string) bool { return id == event.Check })
		if event.Result.Verdict != report.Pass {
			p.line(fmt.Sprintf("%-10s  %-8s  %s: %s", event.Result.Verdict.Words(), event.Check, event.Result.Title, event.Message))
		}
	}
	p.draw()
}

// Write lets others print above the bar.
func (p *progress) Write(text []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.clear()
	n, err := p.out.Write(text)
	p.draw()
	return n, err
}

// end takes the bar away.
func (p *progress) end() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.clear()
	p.total = 0
}

func (p *progress) line(text string) {
	p.clear()
	fmt.Fprintf(p.out, "%s\n", printable(text))
}

// clear begins the line of the bar anew and erases it (ECMA-48 sections 8.3.15 and 8.3.41).
func (p *progress) clear() {
	if p.drawn {
		fmt.Fprintf(p.out, "\r\x1b[K")
		p.drawn = false
	}
}

func (p *progress) draw() {
	if p.width == 0 || p.total == 0 {
		return
	}
	p.clear()
	fmt.Fprintf(p.out, "%s", p.bar())
	p.drawn = true
}

// bar is a line that is shorter than the terminal is wide, since a full one would wrap.
func (p *progress) bar() string {
	const cells = 12
	full := cells * p.done / p.total
	text := fmt.Sprintf("[%s%s] %*d/%d", strings.Repeat("=", full), strings.Repeat(" ", cells-full), len(fmt.Sprint(p.total)), p.done, p.total)
	if len(p.running) > 0 {
		last := p.running[len(p.running)-1]
		_, check, _ := p.entries.Check(last)
		text += "  " + last + "  " + check.Title
	}
	return shorten(text, p.width-1)
}

// printable replaces what would act on a terminal instead of being shown: a message may
// quote what a target sent.
func printable(text string) string {
	return strings.Map(func(c rune) rune {
		if unicode.IsPrint(c) {
			return c
		}
		return unicode.ReplacementChar
	}, text)
}

// shorten cuts a line to so many columns.
func shorten(text string, columns int) string {
	runes := []rune(text)
	if len(runes) <= columns {
		return text
	}
	return string(runes[:max(columns-1, 0)]) + "…"
}
