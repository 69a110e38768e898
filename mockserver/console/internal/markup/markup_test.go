package markup_test

import (
	"strings"
	"testing"

	h "github.com/keyturn/keyturn/mockserver/console/internal/markup"
)

func TestRender(t *testing.T) {
	t.Parallel()
	const hostile = `"><b>&'`
	const harmless = "&#34;&gt;&lt;b&gt;&amp;&#39;"
	for name, test := range map[string]struct {
		node h.Node
		want string
	}{
		"nested":                   {h.Div(h.Class("a"), h.P(h.Text("b"), h.ID("c"))), `<div class="a"><p id="c">b</p></div>`},
		"a text":                   {h.P(h.Text(hostile)), "<p>" + harmless + "</p>"},
		"a value":                  {h.P(h.Class(hostile)), `<p class="` + harmless + `"></p>`},
		"without an end":           {h.P(h.Br(), h.Input(h.Required, h.Text("nothing"))), "<p><br><input required></p>"},
		"nothing":                  {h.P(nil, h.If(false, h.Text("a")), h.Iff(false, func() h.Node { panic("asked") })), "<p></p>"},
		"something":                {h.P(h.If(true, h.Text("a")), h.Iff(true, func() h.Node { return h.Text("b") })), "<p>ab</p>"},
		"attributes from a group":  {h.P(h.Text("x"), h.Group{h.Aria("label", "a"), h.Group{h.Data("b", "c")}}), `<p aria-label="a" data-b="c">x</p>`},
		"texts of a group are in":  {h.P(h.Map([]string{"a", "b"}, h.Text)), "<p>ab</p>"},
		"a document":               {h.Document(h.Lang("en"), h.Body()), `<!doctype html><html lang="en"><body></body></html>`},
		"an attribute is no child": {h.Group{h.Class("a"), h.Text("b")}, "b"},
	} {
		var b strings.Builder
		if err := h.Render(&b, test.node); err != nil || b.String() != test.want {
			t.Errorf("%s: %q, %v, want %q", name, b.String(), err, test.want)
		}
	}
}
