package report

import (
	"bytes"
	"encoding/json"
	"html"
	"net/url"
	"slices"
	"strings"
)

// The page stays below about 3 MB: what has to be there takes at most 1 MB, the
// timelines half of one, and the messages of exchanges this much.
const (
	allowance   = 1_400_000 // bytes of messages, as HTML
	bodyLimit   = 6_000     // bytes of one body
	rotatedSize = 4_000     // dots of all timelines
)

// resultView is a result with what the page shows of it.
type resultView struct {
	*Result

	Exchanges []exchangeView
	Spared    int // exchanges without their messages, for size
	Timelines bool
	Took      string
}

type exchangeView struct {
	*Exchange

	Path     string
	Answer   string
	Class    string
	Guilty   bool // a finding points here
	Messages []messageView
	Took, At string
}

type messageView struct {
	Side    string
	Headers []string
	Body    string
	Cut     int
}

// results spends the allowance on what findings point to first, and then on the other
// exchanges in the order of the report.
func (p *page) results(r *Report) map[*Result]*resultView {
	views := make(map[*Result]*resultView, len(r.Results))
	rotations := map[string]bool{}
	for i := range r.Rotations {
		rotations[r.Rotations[i].Check] = true
	}
	for i := range r.Results {
		result := &r.Results[i]
		v := &resultView{Result: result, Timelines: rotations[result.ID], Took: span(result.DurationMS)}
		guilty := map[int]bool{}
		for _, f := range result.Findings {
			for _, n := range f.Exchanges {
				guilty[n] = true
			}
		}
		for x := range result.Exchanges {
			v.Exchanges = append(v.Exchanges, viewOf(&result.Exchanges[x], guilty[result.Exchanges[x].Number]))
		}
		views[result] = v
	}
	left := allowance
	for _, guilty := range []bool{true, false} {
		for i := range r.Results {
			left = views[&r.Results[i]].spend(left, func(x *exchangeView) bool { return x.Guilty == guilty })
		}
	}
	for _, v := range views {
		p.Thinned = p.Thinned || v.Spared > 0
	}
	return views
}

func viewOf(x *Exchange, guilty bool) exchangeView {
	v := exchangeView{Exchange: x, Path: pathOf(x.URL), Guilty: guilty, Took: span(x.DurationMS), At: span(x.StartMS)}
	switch {
	case x.Status != 0:
		v.Class = string("0123456789"[x.Status/100%10]) + "xx"
	case x.Error != "":
		v.Class = "none"
	default:
		v.Class = "unknown"
	}
	v.Messages = messages(x)
	return v
}

func messages(x *Exchange) []messageView {
	var list []messageView
	for _, side := range []struct {
		name    string
		message *Message
	}{{"Request", x.Request}, {"Response", x.Response}} {
		if side.message == nil {
			continue
		}
		body := pretty(side.message.Body)
		short := head(body, bodyLimit)
		list = append(list, messageView{
			Side: side.name, Headers: side.message.Headers, Body: short,
			Cut: side.message.Cut + max(len(body)-len(short), 0),
		})
	}
	return list
}

// spend pays for the messages of the chosen exchanges and takes away those that cannot
// be afforded. The answer is what is left.
func (v *resultView) spend(left int, chosen func(*exchangeView) bool) int {
	for i := range v.Exchanges {
		x := &v.Exchanges[i]
		if !chosen(x) {
			continue
		}
		price := len(html.EscapeString(x.Curl))
		for _, m := range x.Messages {
			price += 200 + len(html.EscapeString(m.Body)) + len(html.EscapeString(strings.Join(m.Headers, "\n")))
		}
		if price > left {
			x.Messages = nil
			short := *x.Exchange
			short.Curl = ""
			x.Exchange = &short
			v.Spared++
			continue
		}
		left -= price
	}
	return left
}

// pretty indents JSON and leaves any other text as it is.
func pretty(body string) string {
	var b bytes.Buffer
	if err := json.Indent(&b, []byte(body), "", "  "); err != nil {
		return body
	}
	return strings.TrimSpace(b.String())
}

func pathOf(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return address
	}
	return u.RequestURI()
}

// sourceKind is the sources of one kind, for the view by source.
type sourceKind struct {
	Title   string
	Sources []sourceRow
}

type sourceRow struct {
	Source

	Results []*Result
}

// bySource lists which checks stand on which source: RFCs, then the provider's
// documents, then practice, and each in the order in which people count.
func bySource(r *Report) []sourceKind {
	kinds := []struct{ kind, title string }{
		{"rfc", "RFCs"}, {"document", "The provider's documents"}, {"practice", "Practice"},
	}
	var all []sourceKind
	for _, k := range kinds {
		rows := map[string]*sourceRow{}
		for i := range r.Results {
			for _, source := range r.Results[i].Sources {
				if source.Kind != k.kind {
					continue
				}
				row := rows[source.Text]
				if row == nil {
					row = &sourceRow{Source: source}
					rows[source.Text] = row
				}
				row.Results = append(row.Results, &r.Results[i])
			}
		}
		if len(rows) == 0 {
			continue
		}
		sorted := sourceKind{Title: k.title}
		for _, row := range rows {
			sorted.Sources = append(sorted.Sources, *row)
		}
		slices.SortStableFunc(sorted.Sources, func(a, b sourceRow) int { return natural(a.Text, b.Text) })
		all = append(all, sorted)
	}
	return all
}

// natural compares texts with their numbers as numbers: section 2 before section 10.
func natural(a, b string) int {
	for a != "" && b != "" {
		na, nb := digits(a), digits(b)
		if na > 0 && nb > 0 {
			left, right := strings.TrimLeft(a[:na], "0"), strings.TrimLeft(b[:nb], "0")
			if len(left) != len(right) {
				return len(left) - len(right)
			}
			if c := strings.Compare(left, right); c != 0 {
				return c
			}
			a, b = a[na:], b[nb:]
			continue
		}
		if a[0] != b[0] {
			return int(a[0]) - int(b[0])
		}
		a, b = a[1:], b[1:]
	}
	return len(a) - len(b)
}

func digits(text string) int {
	return len(text) - len(strings.TrimLeft(text, "0123456789"))
}
