package conformance

import "github.com/keyturn/keyturn/conformance/report"

// Breach is the verdict of a finding that the check's promise is broken, for findings
// that a check puts together itself.
func (s *Session) Breach() report.Verdict { return breach(s.entry.Level) }
