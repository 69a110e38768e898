package markup

// The elements, which are called with what is in their tag and in them.
var (
	A        = tag("a")
	B        = tag("b")
	Body     = tag("body")
	Br       = tag("br")
	Button   = tag("button")
	Code     = tag("code")
	DataList = tag("datalist")
	Details  = tag("details")
	Div      = tag("div")
	FieldSet = tag("fieldset")
	Form     = tag("form")
	H1       = tag("h1")
	H2       = tag("h2")
	Head     = tag("head")
	Header   = tag("header")
	Input    = tag("input")
	Label    = tag("label")
	Legend   = tag("legend")
	Li       = tag("li")
	Link     = tag("link")
	Main     = tag("main")
	Meta     = tag("meta")
	Nav      = tag("nav")
	Ol       = tag("ol")
	Option   = tag("option")
	P        = tag("p")
	Pre      = tag("pre")
	SVG      = tag("svg")
	Script   = tag("script")
	Section  = tag("section")
	Select   = tag("select")
	Small    = tag("small")
	Span     = tag("span")
	Summary  = tag("summary")
	TBody    = tag("tbody")
	THead    = tag("thead")
	Table    = tag("table")
	Td       = tag("td")
	Th       = tag("th")
	Time     = tag("time")
	Tr       = tag("tr")
	Ul       = tag("ul")
)

func tag(name string) func(...Node) Node {
	return func(children ...Node) Node { return El(name, children...) }
}

// The attributes with a value.
var (
	Action       = valued("action")
	AutoComplete = valued("autocomplete")
	Charset      = valued("charset")
	Class        = valued("class")
	Content      = valued("content")
	DateTime     = valued("datetime")
	For          = valued("for")
	Height       = valued("height")
	Href         = valued("href")
	ID           = valued("id")
	Lang         = valued("lang")
	List         = valued("list")
	Method       = valued("method")
	Name         = valued("name")
	Placeholder  = valued("placeholder")
	Rel          = valued("rel")
	Role         = valued("role")
	Scope        = valued("scope")
	Src          = valued("src")
	TabIndex     = valued("tabindex")
	Title        = valued("title")
	Type         = valued("type")
	Value        = valued("value")
	Width        = valued("width")
)

func valued(name string) func(string) Node {
	return func(value string) Node { return Attr(name, value) }
}

// The attributes without a value.
var (
	AutoFocus = Flag("autofocus")
	Checked   = Flag("checked")
	Defer     = Flag("defer")
	Hidden    = Flag("hidden")
	ReadOnly  = Flag("readonly")
	Required  = Flag("required")
	Selected  = Flag("selected")
)

// Aria is an attribute for assistive technology (WAI-ARIA).
func Aria(name, value string) Node { return Attr("aria-"+name, value) }

// Data is an attribute for the script.
func Data(name, value string) Node { return Attr("data-"+name, value) }
