package report

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
)

// MatrixSchema names the form of a Matrix as JSON, under the same rule as Schema.
const MatrixSchema = "keyturn.conformance.matrix/1"

// Matrix is several reports side by side: a row is a check, a column a report. They
// may be of several targets, providers and catalogues.
type Matrix struct {
	Schema   string      `json:"schema"`
	Columns  []Column    `json:"columns"`
	Families []MatrixSet `json:"families"` // in the order of the reports
}

// Column is one report.
type Column struct {
	Name      string    `json:"name"` // its target, or its file where that does not tell it from another
	File      string    `json:"file"`
	Target    string    `json:"target"`
	Says      string    `json:"says,omitempty"` // what the target says of itself
	Provider  string    `json:"provider"`
	Catalogue string    `json:"catalogue"`
	Mode      string    `json:"mode"`
	Outcome   Outcome   `json:"outcome"`
	Exit      int       `json:"exit"`
	Started   time.Time `json:"started"`
	Counts    Counts    `json:"counts"`
}

// MatrixSet is the rows of one family, by id.
type MatrixSet struct {
	ID   string      `json:"id"`
	Name string      `json:"name"`
	Rows []MatrixRow `json:"rows"`
}

// MatrixRow is one check in every report.
type MatrixRow struct {
	ID      string       `json:"id"` // the one that it has now
	Title   string       `json:"title"`
	Level   string       `json:"level"`
	Differs bool         `json:"differs"` // the reports that have it do not agree
	Cells   []MatrixCell `json:"cells"`   // one for each column, in their order
}

// MatrixCell is what one report says of one check; a verdict of "" is a report that
// does not have it.
type MatrixCell struct {
	Verdict Verdict `json:"verdict"`
	Message string  `json:"message"`
}

// Same reports whether all rows of the family have the same verdicts.
func (s MatrixSet) Same() bool {
	return !slices.ContainsFunc(s.Rows, func(row MatrixRow) bool { return row.Differs })
}

// NamedReport is a report and the file that it came from.
type NamedReport struct {
	File string
	*Report
}

// NewMatrix puts reports side by side, in the order given. Each has to pass Validate.
// Current is the id that a check has now, by one that it ever had; nil is the same.
func NewMatrix(reports []NamedReport, current func(id string) string) (*Matrix, error) {
	if len(reports) == 0 {
		return nil, errors.New("there is no report to make a table of")
	}
	if current == nil {
		current = func(id string) string { return id }
	}
	m := &Matrix{Schema: MatrixSchema, Families: []MatrixSet{}}
	for i, named := range reports {
		r := named.printable()
		m.Columns = append(m.Columns, columnOf(visible(named.File), r))
		for j := range r.Results {
			m.place(&r.Results[j], current(r.Results[j].ID), i, len(reports))
		}
	}
	m.name()
	for i := range m.Families {
		slices.SortStableFunc(m.Families[i].Rows, func(a, b MatrixRow) int { return cmp.Compare(a.ID, b.ID) })
		for j := range m.Families[i].Rows {
			m.Families[i].Rows[j].Differs = differ(m.Families[i].Rows[j].Cells)
		}
	}
	return m, nil
}

// differ tells whether the reports that have a check disagree on it.
func differ(cells []MatrixCell) bool {
	there := slices.DeleteFunc(slices.Clone(cells), func(c MatrixCell) bool { return c.Verdict == "" })
	return slices.ContainsFunc(there, func(c MatrixCell) bool { return c.Verdict != there[0].Verdict })
}

func columnOf(file string, r *Report) Column {
	says := make([]string, 0, len(r.Target.Identity))
	for _, p := range pairs(r.Target.Identity) {
		says = append(says, p.Name+": "+p.Value)
	}
	return Column{
		File: file, Target: r.Target.URL, Says: strings.Join(says, ", "), Provider: r.Profile.Provider, Catalogue: r.Catalogue.Version,
		Mode: r.Run.Mode, Outcome: r.Outcome, Exit: r.Exit, Started: r.Run.Started, Counts: Count(r.Results),
	}
}

// name calls each column by its target, or by its file where two would be alike.
func (m *Matrix) name() {
	short := func(c Column) string {
		_, rest, found := strings.Cut(c.Target, "://")
		if !found {
			rest = c.Target
		}
		return strings.TrimSuffix(rest, "/")
	}
	uses := map[string]int{}
	for _, column := range m.Columns {
		uses[short(column)]++
	}
	for i := range m.Columns {
		c := &m.Columns[i]
		c.Name = short(*c)
		if c.Name == "" || uses[c.Name] > 1 {
			c.Name = c.File
		}
	}
}

// place puts a result into its row, which is made when it is the first of its check.
func (m *Matrix) place(r *Result, id string, column, columns int) {
	family, _, _ := strings.Cut(id, "-")
	family = cmp.Or(r.Family, family)
	i := slices.IndexFunc(m.Families, func(set MatrixSet) bool { return set.ID == family })
	if i < 0 {
		i = len(m.Families)
		m.Families = append(m.Families, MatrixSet{ID: family, Name: r.FamilyName})
	}
	set := &m.Families[i]
	j := slices.IndexFunc(set.Rows, func(row MatrixRow) bool { return row.ID == id })
	if j < 0 {
		j = len(set.Rows)
		set.Rows = append(set.Rows, MatrixRow{ID: id, Title: r.Title, Level: r.Level, Cells: make([]MatrixCell, columns)})
	}
	set.Rows[j].Cells[column] = MatrixCell{Verdict: r.Verdict, Message: r.Message}
}

// Short is the verdict in a cell of a table.
func (c MatrixCell) Short() string {
	switch c.Verdict {
	case "":
		return "–"
	case NotApplicable:
		return "n/a"
	default:
		return c.Verdict.Words()
	}
}

// used is every verdict that some report has, worst first.
func (m *Matrix) used() []Verdict {
	return slices.DeleteFunc(slices.Clone(Verdicts), func(v Verdict) bool {
		return !slices.ContainsFunc(m.Columns, func(c Column) bool { return c.Counts[v] > 0 })
	})
}

// Summary is the whole in a sentence.
func (m *Matrix) Summary() string {
	rows, differing := 0, 0
	for _, set := range m.Families {
		rows += len(set.Rows)
		for _, row := range set.Rows {
			if row.Differs {
				differing++
			}
		}
	}
	if len(m.Columns) == 1 {
		return fmt.Sprintf("%s in one report.", counted(rows, "check"))
	}
	return fmt.Sprintf("%s in %s, of which %d differ.", counted(rows, "check"), counted(len(m.Columns), "report"), differing)
}

// WriteJSON writes the whole of it.
func (m *Matrix) WriteJSON(w io.Writer) error {
	text, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return fmt.Errorf("write the table: %w", err)
	}
	_, err = w.Write(append(text, '\n'))
	return err
}
