//go:build browser

package browsertest

import (
	"testing"

	"github.com/chromedp/cdproto/emulation"
)

// contrasts is every text that is too faint against what is behind it: WCAG 2.2,
// success criterion 1.4.3, asks for 4.5 to 1, and 3 to 1 for large text.
const contrasts = `(() => {
	const parse = c => { const m = c.match(/[\d.]+/g).map(Number); return {rgb: m.slice(0, 3), a: m.length > 3 ? m[3] : 1}; };
	const luminance = rgb => { const [r, g, b] = rgb.map(v => { v /= 255; return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; }); return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
	const behind = e => { for (; e; e = e.parentElement) { const c = parse(getComputedStyle(e).backgroundColor); if (c.a === 1) return c.rgb; } return [255, 255, 255]; };
	const faint = new Set();
	const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
	for (let node; (node = walker.nextNode());) {
		const e = node.parentElement;
		if (!node.data.trim() || e.closest("script, style, title") || !e.getClientRects().length) continue;
		const style = getComputedStyle(e);
		const ink = parse(e.closest("svg") ? style.fill : style.color).rgb;
		const [dark, light] = [luminance(ink), luminance(behind(e))].sort((a, b) => a - b);
		const ratio = (light + 0.05) / (dark + 0.05);
		if (ratio < (parseFloat(style.fontSize) >= 24 ? 3 : 4.5)) faint.add(e.tagName + "." + e.getAttribute("class") + " " + ratio.toFixed(2) + " " + node.data.trim().slice(0, 30));
	}
	return Array.from(faint);
})()`

func TestContrast(t *testing.T) {
	grounds := map[string]string{}
	for _, scheme := range []string{"light", "dark"} {
		t.Run(scheme, func(t *testing.T) {
			b := open(t, subject(t), command(emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
				Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}},
			}))
			b.run(`document.querySelectorAll("details").forEach(d => { d.open = true })`)
			for _, faint := range ask[[]string](b, contrasts) {
				t.Error("too faint: " + faint)
			}
			grounds[scheme] = ask[string](b, `getComputedStyle(document.body).backgroundColor`)
		})
	}
	if grounds["light"] == grounds["dark"] {
		t.Errorf("the ground is %s in light and dark alike", grounds["light"])
	}
}
