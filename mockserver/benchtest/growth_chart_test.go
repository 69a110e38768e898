package benchtest

import (
	"fmt"
	"html"
	"math"
	"strings"
)

// A chart of growth has two plots over the size, both axes logarithmic: the cost of a
// request and the requests a second, to those of the smallest size. Flat is a level line.
const (
	plotsBegin = 44
	plotPitch  = 446
	plotWidth  = 350
	plotTop    = 54
	plotHeight = 180
	plotStyle  = `
    .grid { stroke-width: 1; }
    .one { stroke-opacity: 1; }
    polyline { fill: none; stroke-width: 2; stroke-linejoin: round; }
    .s0 { stroke: #1a7f37; } .s1 { stroke: #0969da; stroke-dasharray: 7 3; }
    .s2 { stroke: #9a6700; stroke-dasharray: 2 3; } .s3 { stroke: #8250df; stroke-dasharray: 9 3 2 3; }
    circle { fill: none; stroke-width: 2; }
    circle.s0, circle.s1, circle.s2, circle.s3 { stroke-dasharray: none; }
    @media (prefers-color-scheme: dark) {
      .s0 { stroke: #3fb950; } .s1 { stroke: #58a6ff; } .s2 { stroke: #d29922; } .s3 { stroke: #bc8cff; }
    }
`
)

// plot maps sizes and ratios to places of a picture.
type plot struct {
	left, from, to float64 // x of the smallest size, logarithms of the sizes
	least, most    float64 // logarithms to base 2 of the ratios at the edges
}

func (p plot) x(size int) float64 {
	return p.left + plotWidth*(math.Log10(float64(size))-p.from)/max(p.to-p.from, math.SmallestNonzeroFloat64)
}

func (p plot) y(ratio float64) float64 {
	return plotTop + plotHeight*(p.most-math.Log2(ratio))/(p.most-p.least)
}

func (found *growthFigures) chart(one curves) string {
	var b strings.Builder
	fmt.Fprintf(&b, "  <text class=\"name\" x=\"0\" y=\"18\">%s</text>\n", html.EscapeString("Cost against "+strings.ToLower(one.Title)))
	// The same scale in both, so that they can be compared.
	least, most := -1.0, 1.0
	for _, each := range one.Operations {
		for size := range each.Paces {
			for _, figure := range []func(paceFigure) float64{cpuMicros, perSecond} {
				at := math.Log2(median(each.relative(size, figure)))
				least, most = min(least, math.Floor(at)), max(most, math.Ceil(at))
			}
		}
	}
	for k, which := range []struct {
		head   string
		figure func(paceFigure) float64
	}{{"processor time of the server a request, to the smallest size", cpuMicros}, {"requests a second, to the smallest size", perSecond}} {
		p := plot{left: float64(plotsBegin + k*plotPitch), least: least, most: most,
			from: math.Log10(float64(one.Sizes[0])), to: math.Log10(float64(one.Sizes[len(one.Sizes)-1]))}
		fmt.Fprintf(&b, "  <text class=\"head\" x=\"%.0f\" y=\"%d\">%s</text>\n", p.left, plotTop-14, which.head)
		p.grid(&b, one.Sizes)
		for i, each := range one.Operations {
			p.line(&b, i, one.Sizes, func(size int) float64 { return median(each.relative(size, which.figure)) })
		}
	}
	const below, pitch, swatch, words = 48, 18, 28, 36
	y := plotTop + plotHeight + below
	for i, each := range one.Operations {
		last := len(one.Sizes) - 1
		fmt.Fprintf(&b, "  <polyline class=\"s%d\" points=\"0,%d %d,%d\"/>\n", i, y-4, swatch, y-4)
		fmt.Fprintf(&b, "  <text x=\"%d\" y=\"%d\">%s: %s with %s, %s with %s</text>\n", words, y, html.EscapeString(each.Name),
			each.words(0), counted(one.Sizes[0]), each.words(last), counted(one.Sizes[last]))
		y += pitch
	}
	fmt.Fprintf(&b, "  <text class=\"figure\" x=\"0\" y=\"%d\">%s, %s, %d cores, load on the same. Medians of %d rounds, the sizes by turns.</text>\n",
		y+pitch/3, html.EscapeString(found.Date), html.EscapeString(found.Machine.Processor), found.Machine.Cores, found.Rounds)
	return svg("What a request costs with more "+one.Name, y+pitch, plotStyle, b.String())
}

func (c curve) words(size int) string {
	return short(median(c.of(size, cpuMicros))) + " µs and " + short(median(c.of(size, perSecond))) + "/s"
}

// grid draws a line for each power of two, or of four where there would be many.
func (p plot) grid(b *strings.Builder, sizes []int) {
	const many, right, under = 6, 6, 16
	step := 1.0
	if p.most-p.least > many {
		step = 2
	}
	for power := step * math.Ceil(p.least/step); power <= p.most; power += step {
		y, class, label := p.y(math.Exp2(power)), "grid", fmt.Sprintf("%.0f", math.Exp2(power))
		if power < 0 {
			label = fmt.Sprintf("1/%.0f", math.Exp2(-power))
		}
		if power == 0 {
			class += " one"
		}
		fmt.Fprintf(b, "  <line class=\"%s\" x1=\"%.0f\" x2=\"%.0f\" y1=\"%.1f\" y2=\"%.1f\"/>\n", class, p.left, p.left+plotWidth, y, y)
		fmt.Fprintf(b, "  <text class=\"figure\" text-anchor=\"end\" x=\"%.0f\" y=\"%.1f\">%s</text>\n", p.left-right, y+4, label)
	}
	for i, size := range sizes {
		// The label of a size so near to the next one would lie on that.
		const near = 1.4
		if next := i + 1; next < len(sizes) && math.Log2(float64(sizes[next])/float64(size)) < near {
			continue
		}
		fmt.Fprintf(b, "  <text class=\"figure\" text-anchor=\"middle\" x=\"%.1f\" y=\"%d\">%s</text>\n", p.x(size), plotTop+plotHeight+under, counted(size))
	}
}

func (p plot) line(b *strings.Builder, series int, sizes []int, ratio func(size int) float64) {
	var points []string
	for i, size := range sizes {
		points = append(points, fmt.Sprintf("%.1f,%.1f", p.x(size), p.y(ratio(i))))
	}
	fmt.Fprintf(b, "  <polyline class=\"s%d\" points=\"%s\"/>\n", series, strings.Join(points, " "))
	for _, at := range points {
		x, y, _ := strings.Cut(at, ",")
		fmt.Fprintf(b, "  <circle class=\"s%d\" cx=\"%s\" cy=\"%s\" r=\"3\"/>\n", series, x, y)
	}
}
