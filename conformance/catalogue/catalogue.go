package catalogue

//go:generate go run ../../specs/packed/pack catalogue.gz index.yaml checks/*.yaml promises/*.yaml
//go:generate go run ./internal/trace

// Catalogue is every check there is and every promise of the documents.
type Catalogue struct {
	Version   string     // "2026.1"
	Digest    string     // SHA-256 over the files, in hex
	Families  []Family   // in the order of reports
	Documents []Document // in the order of providers
}

// Family is a group of checks, one file under checks/.
type Family struct {
	ID     string  `yaml:"family"` // "ROT"
	Name   string  `yaml:"name"`   // "Rotation"
	About  string  `yaml:"about"`
	Checks []Check `yaml:"checks"`
}

// Check describes one check. Its body is the Go value of the same id in package
// checks. An id is for good: a check that goes gets Retired, one that is renamed
// keeps its old ids as Aliases.
type Check struct {
	ID        string   `yaml:"id"`
	Revision  int      `yaml:"revision"` // grows when the same id begins to ask for more or less
	Since     string   `yaml:"since"`    // the version that brought it
	Retired   string   `yaml:"retired,omitempty"`
	Aliases   []string `yaml:"aliases,omitempty"`
	Title     string   `yaml:"title"`     // at most 72 characters, no full stop
	Statement string   `yaml:"statement"` // the promise, in a sentence
	Level     Level    `yaml:"level"`
	Safety    Safety   `yaml:"safety"`
	Scope     Scope    `yaml:"scope,omitempty"`
	Requests  int      `yaml:"requests"` // about how many it sends
	Applies   Applies  `yaml:"applies,omitempty"`
	Needs     []string `yaml:"needs,omitempty"` // of oracle, reader, foreign, app; missing is incomplete
	Sources   []Source `yaml:"sources"`
	Why       string   `yaml:"why"`
	Fix       string   `yaml:"fix"`
}

// Level says how binding a promise is, and so what its breach comes to.
type Level string

// The levels. A breach of Must or Policy is a fail, of Should a warn, of May or Info
// an info, of Review a review. Policy means: as the profile declares.
const (
	Must   Level = "MUST"
	Should Level = "SHOULD"
	May    Level = "MAY"
	Policy Level = "POLICY"
	Info   Level = "INFO"
	Review Level = "REVIEW"
)

// Safety says what a check does to a target.
type Safety string

// The classes. Read sends only what is refused by design or reads; Write changes only
// what the run created; Wait is Write that lets time pass; Disruptive is opt-in.
const (
	Read       Safety = "read"
	Write      Safety = "write"
	Wait       Safety = "wait"
	Disruptive Safety = "disruptive"
)

// Scope says over what a check is judged.
type Scope string

// The scopes: a check of its own, or a judgement over all exchanges of the run once
// the others are done.
const (
	Alone Scope = ""
	Run   Scope = "run"
)

// Applies is the predicate over a profile; every line must hold. A check that does
// not apply is reported as such, with the line that did not hold.
type Applies struct {
	Operations []string            `yaml:"operations,omitempty"` // neutral operations that must be bound
	Any        []string            `yaml:"any,omitempty"`        // of these, at least one
	Policy     map[string][]string `yaml:"policy,omitempty"`     // policy fact → the values of which it must have one
	Features   []string            `yaml:"features,omitempty"`   // what else the profile must declare
}

// Source is where a promise comes from. Exactly one of RFC, Document and Practice is set.
type Source struct {
	RFC      string `yaml:"rfc,omitempty"`      // "9110 section 15.5.2"
	Document string `yaml:"document,omitempty"` // id of a promise: "KR-14"
	Practice string `yaml:"practice,omitempty"` // who does so, or what went wrong where nobody did
	URL      string `yaml:"url,omitempty"`
}

// Document is the promises of one provider's page, one file under promises/.
type Document struct {
	Provider string    `yaml:"provider"`
	Prefix   string    `yaml:"prefix"` // "KR"
	Title    string    `yaml:"title"`
	Promises []Promise `yaml:"promises"`
}

// Promise is one thing that the page says, in our words.
type Promise struct {
	ID      string `yaml:"id"`    // "KR-14"
	Place   string `yaml:"place"` // where on the page: "POST …/secrets, 200"
	Says    string `yaml:"says"`
	Aside   string `yaml:"aside,omitempty"`   // why no check can test it, such as a page that is not about secrets
	Unclear string `yaml:"unclear,omitempty"` // the readings, where the page allows several
}
