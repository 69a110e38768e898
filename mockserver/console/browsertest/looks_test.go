//go:build browser

package browsertest

import (
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// contrasts is every text that is too faint against what is behind it: WCAG 2.2,
// success criterion 1.4.3, asks for 4.5 to 1.
const contrasts = `(() => {
	const channels = c => { const m = c.match(/[\d.]+/g).map(Number); return { rgb: m.slice(0, 3), a: m.length > 3 ? m[3] : 1 }; };
	const luminance = rgb => rgb.map(v => v / 255).map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
		.reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
	const ground = e => { for (; e; e = e.parentElement) { const c = channels(getComputedStyle(e).backgroundColor); if (c.a === 1) return c.rgb; } return [255, 255, 255]; };
	const faint = new Set();
	const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
	for (let node; (node = texts.nextNode());) {
		const e = node.parentElement;
		if (!node.data.trim() || e.closest("script, title, datalist, .hidden, .skip") || !e.checkVisibility()) continue;
		const style = getComputedStyle(e);
		const ink = channels(e.closest("svg") ? style.fill : style.color).rgb;
		const [dark, light] = [luminance(ink), luminance(ground(e))].sort((a, b) => a - b);
		const ratio = (light + 0.05) / (dark + 0.05);
		if (ratio < 4.5) faint.add(e.tagName + "." + e.getAttribute("class") + " " + ratio.toFixed(2) + " " + node.data.trim().slice(0, 30));
	}
	return Array.from(faint);
})()`

var pages = map[string]string{
	"overview": "", "requests": "requests", "request": "request?id=1", "clients": "clients?realm=identity-service", "client": clientPage,
	"defects": "defects?q=expiry", "namespaces": "namespaces",
}

// TestLooks reads every page on a narrow screen and on a wide one, in light and dark.
func TestLooks(t *testing.T) {
	s := start(t, "")
	secret := s.rotate(24 * time.Hour)
	s.use(secret)
	s.use("a-wrong-secret")
	s.send("/connect/nowhere", "application/json", `{}`, "")
	if err := s.SetDefects(t.Context(), "old-secret-lives-3s", "expiry-comes-3s-late"); err != nil {
		t.Fatal(err)
	}
	if _, err := s.SaveSnapshot(t.Context(), "before"); err != nil {
		t.Fatal(err)
	}
	if err := s.Clock().Advance(26 * time.Hour); err != nil {
		t.Fatal(err)
	}
	s.use(secret)
	grounds := map[string]bool{}
	for _, scheme := range []string{"light", "dark"} {
		for _, width := range []int64{400, 1280} {
			b := open(t, s.console(), "",
				command(emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{
					{Name: "prefers-color-scheme", Value: scheme}, {Name: "prefers-reduced-motion", Value: "reduce"},
				}}),
				chromedp.EmulateViewport(width, 900))
			for name, page := range pages {
				b.visit(page)
				b.do(chromedp.Evaluate[chromedp.Void](`document.querySelectorAll("details").forEach(d => { d.open = true })`))
				for _, faint := range ask[[]string](b, contrasts) {
					t.Errorf("%s in %s: too faint: %s", name, scheme, faint)
				}
				if wide := ask[int64](b, `document.documentElement.scrollWidth`); wide > width {
					const which = `[...document.querySelectorAll("body *")].filter(e => e.getBoundingClientRect().right > innerWidth + 1 && !e.closest(".scroll, pre, svg")).slice(0, 3).map(e => e.outerHTML.slice(0, 120)).join("\n")`
					t.Errorf("%s is %d wide where %d are there, because of\n%s", name, wide, width, ask[string](b, which))
				}
				if moving := ask[int](b, `document.getAnimations().length`); moving > 0 {
					t.Errorf("%s has %d animations for somebody who wants none", name, moving)
				}
				b.picture(strings.Join([]string{name, scheme, map[int64]string{400: "narrow", 1280: "wide"}[width]}, "-"))
			}
			grounds[ask[string](b, `getComputedStyle(document.body).backgroundColor`)] = true
		}
	}
	if len(grounds) != 2 {
		t.Errorf("the grounds of light and dark are %v", grounds)
	}
}

// TestNames sees that everything that can be reached by the keyboard says what it is,
// that ids are unique and that labels lead somewhere.
func TestNames(t *testing.T) {
	s := start(t, "")
	s.use("a-wrong-secret")
	b := open(t, s.console(), "")
	for name, page := range pages {
		b.visit(page)
		for what, expression := range map[string]string{
			"ids stand twice":              `Array.from(document.querySelectorAll("[id]"), e => e.id).filter((id, i, all) => all.indexOf(id) !== i)`,
			"labels lead nowhere":          `Array.from(document.querySelectorAll("label[for]"), e => e.htmlFor).filter(id => !document.getElementById(id))`,
			"inputs have no label":         `Array.from(document.querySelectorAll("input:not([type=hidden]), select")).filter(e => !e.labels.length).map(e => e.outerHTML)`,
			"what is pressed has no name":  `Array.from(document.querySelectorAll("button, a, summary")).filter(e => !(e.getAttribute("aria-label") || e.textContent).trim()).map(e => e.outerHTML)`,
			"references lead nowhere":      `Array.from(document.querySelectorAll("[aria-labelledby], [aria-describedby], [list]"), e => e.getAttribute("aria-labelledby") || e.getAttribute("aria-describedby") || e.getAttribute("list")).filter(id => !document.getElementById(id))`,
			"there is not one first title": `document.querySelectorAll("h1").length === 1 ? [] : [String(document.querySelectorAll("h1").length)]`,
		} {
			if found := ask[[]string](b, expression); len(found) > 0 {
				t.Errorf("%s: %s: %v", name, what, found)
			}
		}
	}
}
