package benchtest

import (
	"encoding/xml"
	"errors"
	"fmt"
	"html"
	"io"
	"strings"
	"testing"
)

// What the charts have in common. Their colours hold on light and on dark, as they may be
// shown on either.
const (
	chartWidth = 880
	chartStyle = `
    text { font: 12px -apple-system, "Segoe UI", "Noto Sans", Helvetica, Arial, sans-serif; fill: #24292f; }
    .head, .figure { font-size: 11px; fill: #57606a; }
    .name { font-weight: 600; }
    .own { fill: #1a7f37; }
    .other { fill: #8c959f; }
    line { stroke: #8c959f; stroke-opacity: 0.35; }
    @media (prefers-color-scheme: dark) {
      text { fill: #e6edf3; }
      .head, .figure { fill: #9da7b3; }
      .own { fill: #3fb950; }
      .other { fill: #848d97; }
    }
`
)

// svg is a picture of that height and content. What style it has besides is more.
func svg(title string, height int, more, content string) string {
	return fmt.Sprintf("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\" role=\"img\" aria-label=%q>\n"+
		"  <title>%s</title>\n  <style>%s%s  </style>\n%s</svg>\n",
		chartWidth, height, chartWidth, height, title, html.EscapeString(title), chartStyle, more, content)
}

// wantXML reads the whole chart.
func wantXML(t *testing.T, chart string) {
	t.Helper()
	decoder := xml.NewDecoder(strings.NewReader(chart))
	for {
		_, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			t.Fatalf("the chart is no XML: %v\n%s", err, chart)
		}
	}
}
