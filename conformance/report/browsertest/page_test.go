//go:build browser

package browsertest

import (
	"bytes"
	"flag"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/google/go-cmp/cmp"

	"github.com/keyturn/keyturn/conformance/report"
)

var (
	reportFile = flag.String("report", "", "the HTML page of a run to look at, by its absolute path, instead of the example's")
	screenshot = flag.String("screenshot", "", "the PNG file that the picture of the whole page is written to")
)

// example is the report that the golden tests write.
func example(t *testing.T) *report.Report {
	t.Helper()
	file, err := os.Open("../testdata/report.json")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	r, err := report.Read(file)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func rendered(t *testing.T, r *report.Report) string {
	t.Helper()
	files, err := r.Render()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "report.html")
	if err := os.WriteFile(path, files["report.html"], 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// subject is the page that the generic tests look at.
func subject(t *testing.T) string {
	t.Helper()
	if *reportFile != "" {
		return *reportFile
	}
	return rendered(t, example(t))
}

// button is a filter as the page shows it.
type button struct {
	Verdict string `json:"verdict"`
	Number  int    `json:"number"`
}

const buttonsOfPage = `Array.from(document.querySelectorAll("#filters button[data-filter]"),
	b => ({verdict: b.dataset.filter, number: Number(b.lastElementChild.textContent)}))`

const visibleResults = `Array.from(document.querySelectorAll("details.result")).filter(r => r.checkVisibility()).map(r => r.dataset.verdict)`

// TestAnyPage holds of every report's page.
func TestAnyPage(t *testing.T) {
	b := open(t, subject(t))

	headline := ask[string](b, `document.querySelector("h1").textContent`)
	title := ask[string](b, `document.title`)
	if headline == "" || !strings.HasPrefix(title, headline+": ") {
		t.Errorf("the headline is %q and the title %q, expected the title to begin with it", headline, title)
	}
	results := ask[int](b, `document.querySelectorAll("details.result").length`)
	buttons := ask[[]button](b, buttonsOfPage)
	if len(buttons) < 2 || buttons[0].Number != results || results == 0 {
		t.Fatalf("the page has %d results and these filters: %v", results, buttons)
	}
	for _, filter := range buttons[1:] {
		filters(b, filter)
	}
	unfolds(b)
	if empty := ask[int](b, `Array.from(document.querySelectorAll("svg.timeline")).filter(s => !s.querySelector("circle")).length`); empty > 0 {
		t.Errorf("%d timelines have no dot", empty)
	}
	if double := ask[[]string](b, `Array.from(document.querySelectorAll("[id]"), e => e.id).filter((id, i, all) => all.indexOf(id) !== i)`); len(double) > 0 {
		t.Errorf("ids stand twice: %v", double)
	}
	if dead := ask[[]string](b, `Array.from(document.querySelectorAll("a[href^='#']"), a => a.getAttribute("href")).filter(h => !document.getElementById(decodeURIComponent(h.slice(1))))`); len(dead) > 0 {
		t.Errorf("links lead nowhere: %v", dead)
	}
	if foreign := ask[[]string](b, `Array.from(document.querySelectorAll("[href]"), a => a.href).filter(h => !/^(https?|file|data):/.test(h))`); len(foreign) > 0 {
		t.Errorf("links are not to the web: %v", foreign)
	}
	picture(b)
}

// filters presses one filter, sees only its results, and lifts it.
func filters(b *tab, filter button) {
	b.Helper()
	press := fmt.Sprintf(`#filters button[data-filter="%s"]`, filter.Verdict)
	b.do(chromedp.Click(chromedp.CSS(press)))
	shown := ask[[]string](b, visibleResults)
	if len(shown) != filter.Number {
		b.Errorf("with the filter %s %d results are visible, its button says %d", filter.Verdict, len(shown), filter.Number)
	}
	for _, verdict := range shown {
		if verdict != filter.Verdict {
			b.Errorf("with the filter %s a result of verdict %s is visible", filter.Verdict, verdict)
		}
	}
	b.do(chromedp.Click(chromedp.CSS(`#filters button[data-filter=""]`)))
}

// unfolds opens the first result that has exchanges and sees them.
func unfolds(b *tab) {
	b.Helper()
	id := ask[string](b, `(document.querySelector("details.result .x")?.closest("details.result").id) || ""`)
	if id == "" {
		b.Error("no result has an exchange")
		return
	}
	const visible = `document.querySelector("#%s .x").checkVisibility()`
	b.run(fmt.Sprintf(`document.getElementById(%q).closest(".family").open = true`, id))
	if ask[bool](b, fmt.Sprintf(visible, id)) {
		b.Errorf("the exchanges of %s show before it is opened", id)
	}
	b.do(chromedp.Click(chromedp.CSS("#" + id + " > summary")))
	if !ask[bool](b, fmt.Sprintf(visible, id)) {
		b.Errorf("opening %s does not show its exchanges", id)
	}
}

// picture keeps the whole page as PNG and sees that something is drawn.
func picture(b *tab) {
	b.Helper()
	shot, err := chromedp.Run(b.ctx, chromedp.FullScreenshot(100))
	if err != nil {
		b.Fatalf("the picture: %v", err)
	}
	path := *screenshot
	if path == "" {
		path = filepath.Join(b.TempDir(), "report.png")
	}
	if err := os.WriteFile(path, shot, 0o600); err != nil {
		b.Fatal(err)
	}
	drawn, err := png.Decode(bytes.NewReader(shot))
	if err != nil {
		b.Fatalf("the picture: %v", err)
	}
	if n := colours(drawn); n < 20 || drawn.Bounds().Dy() < 1000 {
		b.Errorf("the picture is blank: %d colours, %v", n, drawn.Bounds())
	}
}

func colours(drawn image.Image) int {
	seen := map[color.Color]bool{}
	box := drawn.Bounds()
	for y := box.Min.Y; y < box.Max.Y; y += 3 {
		for x := box.Min.X; x < box.Max.X; x += 3 {
			seen[drawn.At(x, y)] = true
		}
	}
	return len(seen)
}

// TestExample holds the page to the report that it was made from.
func TestExample(t *testing.T) {
	r := example(t)
	b := open(t, rendered(t, r))

	if got := ask[string](b, `document.querySelector("h1").textContent`); got != r.Outcome.Headline() {
		t.Errorf("the headline is %q, expected %q", got, r.Outcome.Headline())
	}
	counts := ask[report.Counts](b, `Object.fromEntries(Array.from(document.querySelectorAll("#counts li[data-verdict]"),
		li => [li.dataset.verdict, Number(li.querySelector("b").textContent)]))`)
	if diff := cmp.Diff(r.Counts, counts); diff != "" {
		t.Errorf("counts:\n%s", diff)
	}
	ids := ask[[]string](b, `Array.from(document.querySelectorAll("details.result"), r => r.id)`)
	var want []string
	timelines, dots := 0, 0
	for _, result := range r.Results {
		want = append(want, result.ID)
	}
	for _, rotation := range r.Rotations {
		timelines++
		dots += len(rotation.Probes)
	}
	if diff := cmp.Diff(want, ids); diff != "" {
		t.Errorf("results:\n%s", diff)
	}
	if got := ask[int](b, `document.querySelectorAll("svg.timeline").length`); got != timelines {
		t.Errorf("%d timelines are drawn, expected %d", got, timelines)
	}
	if got := ask[int](b, `document.querySelectorAll("svg.timeline circle").length`); got != dots {
		t.Errorf("%d dots are drawn, expected %d", got, dots)
	}
	if got := ask[int](b, `document.querySelectorAll("script").length`); got != 1 {
		t.Errorf("the page has %d scripts, expected its own one: text of the target became markup", got)
	}
	searches(b)
	follows(b)
}

// searches types into the search and finds one result by its words.
func searches(b *tab) {
	b.Helper()
	b.do(chromedp.SendKeys(chromedp.CSS("#search"), "caches promised HYG-002"))
	if got := ask[string](b, `document.querySelector("#shown").textContent`); !strings.HasPrefix(got, "1 of ") {
		b.Errorf("the search shows %q, expected 1 result", got)
	}
	b.do(chromedp.SendKeys(chromedp.CSS("#search"), " nothingisthere"))
	if hidden := ask[bool](b, `document.querySelector("#nothing").hidden`); hidden {
		b.Error("a search without a result does not say so")
	}
}

// follows goes to an exchange that is folded away and filtered out, as a finding's
// link does.
func follows(b *tab) {
	b.Helper()
	b.run(`location.hash = "#ROT-002-x3"`)
	b.do(chromedp.WaitVisible(chromedp.CSS("#ROT-002-x3 pre")))
	if top := ask[float64](b, `document.getElementById("ROT-002-x3").getBoundingClientRect().top`); top < 0 || top > 400 {
		b.Errorf("the exchange is %v pixels from the top, expected it in view", top)
	}
}

// TestNarrow sees that a telephone does not have to scroll sideways.
func TestNarrow(t *testing.T) {
	b := open(t, subject(t), chromedp.EmulateViewport(420, 900))
	b.run(`document.querySelectorAll("details").forEach(d => { d.open = true })`)
	if wide := ask[int](b, `document.documentElement.scrollWidth`); wide > 420 {
		const which = `[...document.querySelectorAll("body *")].filter(e => e.getBoundingClientRect().right > 421 && !e.closest(".scroll, pre")).slice(0, 3).map(e => e.outerHTML.slice(0, 120)).join("\n")`
		t.Errorf("the page is %d wide where 420 are there, because of\n%s", wide, ask[string](b, which))
	}
}

// TestWithoutScript sees that a reader without it has no dead buttons.
func TestWithoutScript(t *testing.T) {
	b := open(t, subject(t), command(emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}))
	hidden, err := chromedp.Run(b.ctx, chromedp.AttributeValue(chromedp.CSS("#filters"), "hidden"))
	if err != nil {
		t.Fatal(err)
	}
	if !hidden.Exists {
		t.Error("the filters show though nothing answers them")
	}
}
