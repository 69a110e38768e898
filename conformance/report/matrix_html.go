package report

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"io"
	"sync"
)

//go:embed matrix
var matrixFiles embed.FS

var matrixTemplate = sync.OnceValues(func() (*template.Template, error) {
	return template.New("matrix.tmpl").Funcs(template.FuncMap{"counted": counted, "clock": clock, "bar": segments, "after": after}).ParseFS(matrixFiles, "matrix/matrix.tmpl")
})

// after is the number after n.
func after(n int) int { return n + 1 }

// matrixPage is what the template draws.
type matrixPage struct {
	*Matrix

	Style  template.CSS
	Policy string
	Used   []Verdict
}

// WriteHTML writes one page that needs nothing else, in the style of a report's. It has
// no script, and its policy allows none.
func (m *Matrix) WriteHTML(w io.Writer) error {
	style, err := pageFiles.ReadFile("page/style.css")
	if err != nil {
		return fmt.Errorf("read the page's style: %w", err)
	}
	more, err := matrixFiles.ReadFile("matrix/matrix.css")
	if err != nil {
		return fmt.Errorf("read the table's style: %w", err)
	}
	style = append(bytes.Clone(style), more...)
	parts, err := matrixTemplate()
	if err != nil {
		return fmt.Errorf("the page's parts: %w", err)
	}
	var b bytes.Buffer
	err = parts.Execute(&b, matrixPage{
		Matrix: m,
		Style:  template.CSS(style), //nolint:gosec // our own files
		Policy: "default-src 'none'; style-src " + digest(style) + "; img-src data:; base-uri 'none'; form-action 'none'",
		Used:   m.used(),
	})
	if err != nil {
		return fmt.Errorf("write the page: %w", err)
	}
	_, err = w.Write(b.Bytes())
	return err
}
