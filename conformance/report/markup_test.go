package report

import (
	"bytes"
	"strings"
	"testing"
)

// TestPutEscapes: whatever is put can only be read, between tags and in an attribute.
func TestPutEscapes(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		arg  any
		want string
	}{
		"tag":      {"<script>", `<a b="&lt;script&gt;">&lt;script&gt;</a>`},
		"quotes":   {`"'`, `<a b="&#34;&#39;">&#34;&#39;</a>`},
		"entity":   {"&amp;", `<a b="&amp;amp;">&amp;amp;</a>`},
		"format":   {"%d%%", `<a b="%d%%">%d%%</a>`},
		"own type": {Verdict("<b>"), `<a b="&lt;b&gt;">&lt;b&gt;</a>`},
		"number":   {12.5, `<a b="12.5">12.5</a>`},
		"negative": {-3, `<a b="-3">-3</a>`},
	} {
		var m markup
		m.put(`<a b="%v">%v</a>`, test.arg, test.arg)
		if got := m.String(); got != test.want {
			t.Errorf("%s: got %s, want %s", name, got, test.want)
		}
	}
}

func TestLinkTrustsNoAddress(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		`https://a.example/?b="c"&d`: `<a href="https://a.example/?b=&#34;c&#34;&amp;d" rel="noopener noreferrer">&lt;text&gt;</a>`,
		"http://a.example":           `<a href="http://a.example" rel="noopener noreferrer">&lt;text&gt;</a>`,
		"javascript:alert(1)":        "&lt;text&gt;",
		"ftp://a.example/":           "&lt;text&gt;",
		"":                           "&lt;text&gt;",
	} {
		var m markup
		m.link(address, "<text>")
		if got := m.String(); got != want {
			t.Errorf("%q: got %s, want %s", address, got, want)
		}
	}
}

// TestFormatsHaveTheirArguments: a verb too many or too few shows in the text.
func TestFormatsHaveTheirArguments(t *testing.T) {
	t.Parallel()
	var matrix bytes.Buffer
	if err := table(t).WriteHTML(&matrix); err != nil {
		t.Fatal(err)
	}
	for name, page := range map[string]string{"report": string(render(t, sample())["report.html"]), "matrix": matrix.String()} {
		if _, after, found := strings.Cut(page, "%!"); found {
			t.Errorf("the page of a %s has %%!%.40s", name, after)
		}
	}
}
