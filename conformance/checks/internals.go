package checks

import (
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/keyturn/keyturn/conformance/exchange"
	"github.com/keyturn/keyturn/conformance/profile"
)

// internals are the traces that a server's inside leaves in a text. Each is narrow
// enough that no sentence written for callers has it: a word such as Exception or
// select alone is none. They are
// compiled when the first failure is looked at.
var internals = sync.OnceValue(func() []internal {
	return []internal{
		// Stack traces, by the form in which each runtime prints a frame.
		{"a stack trace", regexp.MustCompile(`\bat [\w$.<>/]+\((?:[\w$-]+\.(?:java|kt|scala|groovy)(?::\d+)?|Native Method|Unknown Source)\)`)},
		{"a stack trace", regexp.MustCompile(`\bat (?:[\w$<>.]+ (?:\[as \w+\] )?\()?(?:file://|node:|[\w./\\:-]*[\w-]+\.[cm]?[jt]s:)[^\s()]*:?\d+:\d+\)?`)},
		{"a stack trace", regexp.MustCompile("\\bat [\\w`]+(?:\\.[\\w`<>\\[\\],]+){2,}\\([^()\n]*\\)(?: in [^\n]+:line \\d+)?")},
		{"a stack trace", regexp.MustCompile(`Traceback \(most recent call last\)|\bFile "[^"\n]+\.py", line \d+`)},
		{"a stack trace", regexp.MustCompile(`\bgoroutine \d+ \[|(?:^|[\s(])[\w./@-]+\.go:\d+\b|runtime error: [a-z]`)},
		{"a stack trace", regexp.MustCompile(`[\w./-]+\.rb:\d+:in |[\w./\\-]+\.php(?:\(\d+\)|:\d+| on line \d+)|\.rs:\d+:\d+\b`)},
		// Class names, by the roots that packages have and by how exceptions are named.
		{"a class name", regexp.MustCompile(`\b(?:java|javax|jakarta|kotlin|scala|sun|jdk|com|org|net|io|cn)(?:\.[a-z_][a-z0-9_]*)+\.[A-Z]\w*[a-z]\w*`)},
		{"a class name", regexp.MustCompile(`\b[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+(?:Exception|Throwable)\b`)},
		{"a class name", regexp.MustCompile(`\b(?:Microsoft|System)(?:\.[A-Z]\w*){2,}`)},
		{"a class name", regexp.MustCompile(`\b(?:NullPointer|NullReference|ClassCast|IllegalState|ArrayIndexOutOfBounds|DataIntegrityViolation|SQLIntegrityConstraintViolation|SQLSyntaxError|HttpMessageNotReadable|InvalidOperation)Exception\b`)},
		{"a class name", regexp.MustCompile(`\b(?:Type|Reference|Attribute|Key|Sequelize\w*|Prisma\w*|Mongo\w*|Cast)Error: `)},
		// Database statements and the words with which databases refuse them.
		{"a database statement", regexp.MustCompile(`\b(?:SELECT\s[^\n]+\sFROM|INSERT\s+INTO|DELETE\s+FROM|UPDATE\s+\S+\s+SET)\s+\S`)},
		{"a database statement", regexp.MustCompile(`(?i)\b(?:select\s[^\n]+\sfrom\s[^\n]+\swhere\s[^\n]+(?:=|\blike\b|\bin\s*\()|insert\s+into\s+\S+\s*\([^)\n]*\)\s*values)`)},
		{"a database message", regexp.MustCompile(`\bSQLSTATE\b|\bORA-\d{5}\b|\bSQLITE_[A-Z]+\b|\bE11000 duplicate key\b|\bpq: [a-z]|\bER_[A-Z]+_[A-Z_]+\b`)},
		{"a database message", regexp.MustCompile(`(?i)error in your SQL syntax|syntax error at or near "|violates (?:unique|foreign key|not-null|check) constraint|Duplicate entry '[^']*' for key|Unknown column '|relation "[^"]+" does not exist|bad SQL grammar`)},
		// Hosts that only the inside of a network resolves.
		{"an internal host", regexp.MustCompile(`\b(?:10\.\d{1,3}|192\.168|172\.(?:1[6-9]|2\d|3[01])|169\.254)\.\d{1,3}\.\d{1,3}\b`)},
		{"an internal host", regexp.MustCompile(`(?i)\b(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+(?:svc(?:\.cluster\.local)?|internal|intranet|localdomain|lan|corp)(?::\d+|/|\s|$)|(?:\b127\.0\.0\.1|\blocalhost):\d{2,5}\b`)},
	}
})

// internal is one kind of trace.
type internal struct {
	what string
	form *regexp.Regexp
}

// shown is a trace of the inside in a failure.
type shown struct{ what, text string }

const (
	scanned = 256 << 10 // bytes of a body that are searched
	quoted  = 120       // bytes of a trace that are shown
)

// searched remembers what was found in a text: a run sees the same refusal many times.
type searched map[string][]shown

// internalsIn searches the body of a failure. What only comes back from the request,
// its own address included, is no trace.
func (before searched) internalsIn(body []byte, request exchange.Request) []shown {
	var found []shown
	sent := ""
	for _, text := range texts(body[:min(len(body), scanned)]) {
		for _, trace := range before.tracesIn(text) {
			if sent == "" {
				sent = sentText(request)
			}
			if strings.Contains(sent, strings.TrimRight(trace.text, "/")) ||
				slices.ContainsFunc(found, func(one shown) bool { return one.what == trace.what }) {
				continue
			}
			found = append(found, shown{trace.what, trace.text[:min(len(trace.text), quoted)]})
		}
	}
	return found
}

func (before searched) tracesIn(text string) []shown {
	found, known := before[text]
	if known {
		return found
	}
	for _, one := range internals() {
		for _, match := range one.form.FindAllString(text, 20) {
			found = append(found, shown{one.what, strings.TrimSpace(match)})
		}
	}
	before[text] = found
	return found
}

// texts are those of a JSON body, without its escapes, and the body itself where it is
// none.
func texts(body []byte) []string {
	decoded, err := profile.Decode(body)
	if err != nil {
		return []string{string(body)}
	}
	var all []string
	for _, leaf := range profile.Flatten(decoded) {
		if text, ok := leaf.(string); ok {
			all = append(all, text)
		}
	}
	slices.Sort(all)
	return all
}

// sentText is all that the caller wrote, escaped and not.
func sentText(request exchange.Request) string {
	parts := append(texts(request.Body), request.URL, string(request.Body))
	for _, unescape := range []func(string) (string, error){url.PathUnescape, url.QueryUnescape} {
		for _, part := range []string{request.URL, string(request.Body)} {
			if text, err := unescape(part); err == nil {
				parts = append(parts, text)
			}
		}
	}
	for name, values := range request.Header {
		parts = append(parts, fmt.Sprintf("%s: %s", name, strings.Join(values, ", ")))
	}
	return strings.Join(parts, "\n")
}
