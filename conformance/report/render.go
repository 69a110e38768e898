package report

import (
	"bytes"
	"fmt"
	"io"
)

// Render is every form of the report under the file name it is known by: report.json,
// report.txt, report.sarif, junit.xml, summary.md and report.html. The same report gives
// the same bytes.
func (r *Report) Render() (map[string][]byte, error) {
	writers := map[string]func(io.Writer) error{
		"report.json":  r.WriteJSON,
		"report.txt":   func(w io.Writer) error { return r.WriteText(w, TextOptions{}) },
		"report.sarif": r.WriteSARIF,
		"junit.xml":    r.WriteJUnit,
		"summary.md":   r.WriteMarkdown,
		"report.html":  r.WriteHTML,
	}
	files := make(map[string][]byte, len(writers))
	for name, write := range writers {
		var b bytes.Buffer
		if err := write(&b); err != nil {
			return nil, fmt.Errorf("render %s: %w", name, err)
		}
		files[name] = b.Bytes()
	}
	return files, nil
}

// WriteJSON writes the canonical form; see JSON.
func (r *Report) WriteJSON(w io.Writer) error {
	text, err := r.JSON()
	if err != nil {
		return err
	}
	_, err = w.Write(text)
	return err
}
