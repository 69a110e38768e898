package telemetry

// The types below are OTLP 1 (opentelemetry-proto, trace/v1/trace.proto) as far as it is
// needed here, with the names of its JSON form: 64-bit numbers are texts, and the names
// of enumerations numbers.

type tracesData struct {
	ResourceSpans []resourceSpans `json:"resourceSpans"`
}

type resourceSpans struct {
	Resource   resource     `json:"resource"`
	ScopeSpans []scopeSpans `json:"scopeSpans"`
}

type resource struct {
	Attributes []attribute `json:"attributes"`
}

type scopeSpans struct {
	Scope scope     `json:"scope"`
	Spans []*record `json:"spans"`
}

type scope struct {
	Name string `json:"name"`
}

// scopeName says which code made the spans.
const scopeName = "github.com/keyturn/keyturn/mockserver"

// record is a span that has ended, or will.
type record struct {
	TraceID      traceID     `json:"traceId"`
	SpanID       spanID      `json:"spanId"`
	TraceState   string      `json:"traceState,omitzero"`
	ParentSpanID spanID      `json:"parentSpanId,omitzero"`
	Flags        uint32      `json:"flags"`
	Name         string      `json:"name"`
	Kind         int         `json:"kind"`
	Start        uint64      `json:"startTimeUnixNano,string"`
	End          uint64      `json:"endTimeUnixNano,string"`
	Attributes   []attribute `json:"attributes"`
	Status       spanStatus  `json:"status,omitzero"`
}

type spanStatus struct {
	Code int `json:"code"`
}

const (
	kindServer  = 2 // SPAN_KIND_SERVER
	statusError = 2 // STATUS_CODE_ERROR

	flagSampled = 0x001
	flagKnown   = 0x100 // whether the parent is remote is known
	flagRemote  = 0x200
)

// attribute is a text or a number.
type attribute struct {
	key, text string
	number    int64
	isNumber  bool
}

func text(key, value string) attribute { return attribute{key: key, text: value} }

func number(key string, value int64) attribute {
	return attribute{key: key, number: value, isNumber: true}
}

func dataOf(from []attribute, spans []*record) tracesData {
	return tracesData{[]resourceSpans{{resource{from}, []scopeSpans{{scope{scopeName}, spans}}}}}
}
