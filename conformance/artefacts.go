package conformance

import (
	"errors"
	"fmt"

	"github.com/keyturn/keyturn/conformance/redact"
	"github.com/keyturn/keyturn/conformance/report"
)

// ErrLeak is the kind of every credential found in what was about to be written.
var ErrLeak = errors.New("a credential stands in what is about to be written")

// Finished is a run that is over: its report, and the knowledge of every credential
// that the run sent or received, which the report itself must not have.
type Finished struct {
	*report.Report

	hider *redact.Hider
}

// Artefacts is every form of the report by file name, as report.Render returns it,
// once none of them was found to hold a credential. Otherwise there are none at all,
// and the error, of the kind ErrLeak, names the file and the credential's pseudonym.
func (f *Finished) Artefacts() (map[string][]byte, error) {
	files, err := f.Render()
	if err != nil {
		return nil, err
	}
	for name, text := range files {
		if err := f.Scan(name, text); err != nil {
			return nil, err
		}
	}
	return files, nil
}

// Scan searches a text for every credential of the run, in whatever form. The error,
// of the kind ErrLeak, names the text and where in it which credential stands, and
// never the credential.
func (f *Finished) Scan(name string, text []byte) error { return scan(f.hider, name, text) }

func scan(hider *redact.Hider, name string, text []byte) error {
	hits := hider.Find(text)
	if len(hits) == 0 {
		return nil
	}
	first := hits[0]
	return fmt.Errorf("%w: %s holds %s (%s) at byte %d, the first of %d", ErrLeak, name, first.Name, first.Form, first.Offset, len(hits))
}
