package conformance

import (
	"errors"
	"strings"
	"testing"

	"github.com/keyturn/keyturn/conformance/redact"
	"github.com/keyturn/keyturn/conformance/report"
)

func TestArtefactsHoldNoCredential(t *testing.T) {
	t.Parallel()
	book := redact.NewBook([]byte("key"))
	name := book.Add(redact.Secret, "hunter2-hunter2")
	book.Pair("app", "hunter2-hunter2")
	tests := map[string]struct {
		summary string
		clean   bool
	}{
		"clean":  {"All is well with " + name + ".", true},
		"raw":    {"It said hunter2-hunter2.", false},
		"base64": {"It said YXBwOmh1bnRlcjItaHVudGVyMg==.", false},
		"hex":    {"It said 68756e746572322d68756e74657232.", false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := &Finished{Report: &report.Report{Schema: report.Schema, Summary: test.summary}, hider: book.Hider()}
			files, err := f.Artefacts()
			if test.clean {
				if err != nil || len(files) != 6 {
					t.Errorf("got %d files, %v", len(files), err)
				}
				return
			}
			if !errors.Is(err, ErrLeak) || files != nil || !strings.Contains(err.Error(), "S1#") {
				t.Errorf("got %d files, %v", len(files), err)
			}
			if err != nil && strings.Contains(strings.ToLower(err.Error()), "hunter2") {
				t.Errorf("the error has it too: %v", err)
			}
		})
	}
}
