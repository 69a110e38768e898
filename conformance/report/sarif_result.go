package report

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
)

type sarifRule struct {
	ID            string             `json:"id"`
	Short         sarifText          `json:"shortDescription"`
	Full          sarifText          `json:"fullDescription"`
	Help          sarifText          `json:"help"`
	HelpURI       string             `json:"helpUri,omitempty"`
	Configuration sarifConfiguration `json:"defaultConfiguration"`
	Properties    map[string]any     `json:"properties"`
}

type sarifConfiguration struct {
	Level string `json:"level"`
}

type sarifResult struct {
	RuleID       string             `json:"ruleId"`
	RuleIndex    int                `json:"ruleIndex"`
	Level        string             `json:"level"`
	Message      sarifText          `json:"message"`
	Locations    []sarifLocation    `json:"locations"`
	Fingerprints map[string]string  `json:"partialFingerprints"`
	Suppressions []sarifSuppression `json:"suppressions"` // empty says that there is none, absent that nobody knows
	Properties   map[string]any     `json:"properties"`
}

type sarifLocation struct {
	Physical sarifPhysical  `json:"physicalLocation"`
	Logical  []sarifLogical `json:"logicalLocations"`
}

type sarifPhysical struct {
	Artifact sarifArtifact `json:"artifactLocation"`
}

type sarifArtifact struct {
	URI string `json:"uri"`
}

type sarifLogical struct {
	Name      string `json:"name"`
	Qualified string `json:"fullyQualifiedName"`
	Kind      string `json:"kind"`
}

type sarifSuppression struct {
	Kind          string `json:"kind"`
	Status        string `json:"status"`
	Justification string `json:"justification"`
}

type sarifNotification struct {
	Descriptor sarifReference `json:"associatedRule"`
	Level      string         `json:"level"`
	Message    sarifText      `json:"message"`
}

type sarifReference struct {
	ID    string `json:"id"`
	Index int    `json:"index"`
}

// sarifLevels is how a breach of each level of promise weighs.
var sarifLevels = map[string]string{"MUST": "error", "POLICY": "error", "SHOULD": "warning", "REVIEW": "note", "MAY": "note", "INFO": "note"}

func sarifLevelOf(r *Result) string {
	switch r.Verdict {
	case Fail:
		return "error"
	case Warn:
		return "warning"
	case Review:
		return "note"
	default: // a rule's own level, which a waived result has too
		if level, known := sarifLevels[r.Level]; known {
			return level
		}
		return "note"
	}
}

func sarifRuleOf(r *Result) sarifRule {
	full := r.Statement
	if full == "" {
		full = r.Title
	}
	help := nonEmpty(labelled("Why: ", r.Why), labelled("Fix: ", r.Fix))
	marked := nonEmpty(labelled("**Why.** ", inline(r.Why)), labelled("**Fix.** ", inline(r.Fix)))
	rule := sarifRule{
		ID: r.ID, Short: sarifText{Text: r.Title}, Full: sarifText{Text: full},
		Configuration: sarifConfiguration{sarifLevelOf(&Result{Level: r.Level})},
		Properties:    map[string]any{"level": r.Level, "safety": r.Safety, "tags": []string{"family/" + r.Family, "level/" + r.Level}},
	}
	for _, source := range r.Sources {
		help = append(help, "Source: "+sourceWords(source))
		marked = append(marked, "Source: "+linked(source))
		if rule.HelpURI == "" && web(source.URL) {
			rule.HelpURI = source.URL
		}
	}
	if len(help) == 0 {
		help, marked = []string{full}, []string{inline(full)}
	}
	rule.Help = sarifText{Text: strings.Join(help, "\n"), Markdown: strings.Join(marked, "\n\n")}
	return rule
}

// linked is a source in Markdown.
func linked(source Source) string {
	if !web(source.URL) || strings.ContainsAny(source.URL, " ()<>\n") {
		return inline(sourceWords(source))
	}
	return fmt.Sprintf("[%s](%s)", inline(source.Text), source.URL)
}

func labelled(label, text string) string {
	if text == "" {
		return ""
	}
	return label + text
}

func (r *Report) sarifResult(result *Result, rule int) sarifResult {
	provider := r.Profile.Provider
	one := sarifResult{
		RuleID: result.ID, RuleIndex: rule, Level: sarifLevelOf(result), Message: sarifMessage(evidenceWords(result)),
		Locations:    []sarifLocation{{Physical: sarifPhysical{sarifArtifact{r.place()}}, Logical: []sarifLogical{{provider, provider, "module"}}}},
		Fingerprints: fingerprints(provider, result.ID),
		Suppressions: []sarifSuppression{},
		Properties:   map[string]any{"verdict": result.Verdict, "findings": len(result.Findings)},
	}
	for _, operation := range operations(result) {
		one.Locations[0].Logical = append(one.Locations[0].Logical, sarifLogical{operation, provider + "/" + operation, "function"})
	}
	if result.Waiver != nil {
		one.Suppressions = append(one.Suppressions, sarifSuppression{"external", "accepted", waiverWords(result.Waiver)})
	}
	return one
}

// fingerprints hold only what stays the same from run to run: a check has one result,
// so provider and check tell it from every other. The first is the one name that code
// scanning looks for.
func fingerprints(provider, check string) map[string]string {
	sum := sha256.Sum256([]byte(provider + "\n" + check))
	return map[string]string{
		"primaryLocationLineHash": hex.EncodeToString(sum[:8]) + ":1",
		"keyturnCheck/v1":         provider + "/" + check,
	}
}

// evidenceWords is what was found, line by line.
func evidenceWords(r *Result) string {
	lines := nonEmpty(r.Message)
	for i := range r.Findings {
		f := &r.Findings[i]
		line := f.Message
		if len(f.Exchanges) > 0 {
			line += " (exchange " + numbers(f.Exchanges) + ")"
		}
		facts := nonEmpty(labelled("expected: ", f.Expected), labelled("observed: ", f.Observed), labelled("because of ", f.Cause))
		if len(facts) > 0 {
			line += "; " + strings.Join(facts, "; ")
		}
		if !slices.Contains(lines, line) {
			lines = append(lines, line)
		}
	}
	if len(lines) == 0 {
		return r.Title
	}
	return strings.Join(lines, "\n")
}

func sarifNotificationOf(r *Result, rule int) sarifNotification {
	level := "warning"
	if r.Verdict == Error {
		level = "error"
	}
	return sarifNotification{
		Descriptor: sarifReference{r.ID, rule}, Level: level,
		Message: sarifMessage(fmt.Sprintf("%s %s: %s", r.ID, r.Verdict.Words(), r.Message)),
	}
}

// literal keeps what a target sent from being read as a placeholder, for which braces
// stand in a message, or as a link.
var literal = strings.NewReplacer("{", "{{", "}", "}}", "](", "] (")

func sarifMessage(text string) sarifText { return sarifText{Text: literal.Replace(text)} }
