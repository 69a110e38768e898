package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/keyturn/keyturn/conformance"
	"github.com/keyturn/keyturn/conformance/report"
)

// journalFile is where a run writes down what it makes.
type journalFile struct {
	path   string
	folder string   // a temporary one that goes with it, if any
	remove []string // the command that removes what the journal names
}

// place finds a path for the journal. It never is a file that exists: that one may
// name what an earlier run has left.
func (s *runSettings) place(options conformance.Options) (*journalFile, error) {
	if options.Mode == conformance.ReadOnly {
		return &journalFile{}, nil
	}
	journal := &journalFile{path: s.journal}
	switch {
	case s.journal != "":
		if _, err := os.Lstat(s.journal); err == nil {
			return nil, fmt.Errorf("--journal: %s is there already: if it is an earlier run's, this removes what that has left:\n  %s",
				s.journal, shell(s.cleanup(s.journal)))
		}
	case s.reportDir != "":
		journal.path = filepath.Join(s.reportDir, "journal.jsonl")
		if _, err := os.Lstat(journal.path); err == nil {
			journal.path = filepath.Join(s.reportDir, options.Now().UTC().Format("journal-20060102T150405.000Z.jsonl"))
		}
	default:
		folder, err := os.MkdirTemp("", "keyturn-")
		if err != nil {
			return nil, fmt.Errorf("--journal: %w", err)
		}
		journal.folder, journal.path = folder, filepath.Join(folder, "journal.jsonl")
	}
	absolute, err := filepath.Abs(journal.path)
	if err != nil {
		return nil, fmt.Errorf("--journal: %w", err)
	}
	journal.path = absolute
	journal.remove = s.cleanup(absolute)
	return journal, nil
}

// cleanup is the command for a journal.
func (s *runSettings) cleanup(journal string) []string {
	command := []string{"keyturn", "conformance", "cleanup", "--journal", journal}
	for _, flag := range []struct{ name, value string }{{"--credentials", s.credentials}, {"--ca-cert", s.caCert}} {
		if flag.value != "" {
			command = append(command, flag.name, flag.value)
		}
	}
	return command
}

// unfinished is the exit code of a run that cannot even clean up.
func (j *journalFile) unfinished() int {
	if j.path == "" {
		return conformance.ExitIncomplete
	}
	return conformance.ExitLeftovers
}

// settle keeps the journal while something is left that it names.
func (j *journalFile) settle(w io.Writer, left []report.Leftover) {
	if len(left) == 0 {
		os.Remove(j.path)
		j.tidy()
		return
	}
	fmt.Fprintf(w, "keyturn: %s left behind. To try again to remove it:\n  %s\n", things(len(left)), shell(j.remove))
}

// abandon says how to remove what a run has made that ended at once.
func (j *journalFile) abandon(w io.Writer) {
	if j.path == "" {
		return
	}
	if _, err := os.Lstat(j.path); err != nil {
		return // it had made nothing yet, or nothing is left
	}
	fmt.Fprintf(w, "keyturn: ended at once; what the run made may still be there. To remove it:\n  %s\n", shell(j.remove))
}

// tidy removes what a run that did not come about has no use for.
func (j *journalFile) tidy() {
	if j.folder != "" {
		os.Remove(j.folder) // not when there is a journal in it
	}
}

func things(count int) string {
	if count == 1 {
		return "1 thing was"
	}
	return fmt.Sprintf("%d things were", count)
}

// counted is a number with its noun.
func counted(count int, noun string) string {
	if count == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", count, noun)
}

var plainWord = regexp.MustCompile(`^[\w@%+=:,./-]+$`)

// shell is a command as it can be pasted.
func shell(command []string) string {
	quoted := make([]string, len(command))
	for i, word := range command {
		quoted[i] = word
		if !plainWord.MatchString(word) {
			quoted[i] = "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
		}
	}
	return strings.Join(quoted, " ")
}
