package accept

import (
	"bytes"
	"encoding/json"
	"slices"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/keyturn/keyturn/fixtures"
	"github.com/keyturn/keyturn/specs"
)

// BenchmarkAccept prints how many times as long kin-openapi takes as what is compiled: for a
// reply with an application of authing-v2 and for a client that is registered with angusgm,
// both as the vendors show them. The two take turns, so that what else the machine does
// falls on both, and the ratio is the one in the middle.
func BenchmarkAccept(b *testing.B) {
	b.Run("reply", func(b *testing.B) {
		schema := find(b, "authing-v2", "refreshSecret").Responses.Status(200).Value.Content["application/json"].Schema.Value
		race(b, schema, shown(b, "authing-v2", "PATCH").Reply.Body)
	})
	b.Run("request", func(b *testing.B) {
		schema := find(b, "angusgm", "createClient").RequestBody.Value.Content["application/json"].Schema.Value
		race(b, schema, shown(b, "angusgm", "POST").Request.Body)
	})
}

func race(b *testing.B, schema *openapi3.Schema, body any) {
	b.Helper()
	const turn = 100
	one := newSubject("", schema)
	value := decoded(b, body)
	if !one.kin(value) || !one.compiled(value) {
		b.Fatalf("a value that the vendor shows is refused: %v", value)
	}
	spend := func(f Func) float64 {
		began := time.Now()
		for range turn {
			f(value)
		}
		return float64(time.Since(began).Nanoseconds()) / turn
	}
	var ratios, compiled []float64
	for b.Loop() {
		fast := spend(one.compiled)
		compiled = append(compiled, fast)
		ratios = append(ratios, spend(one.kin)/fast)
	}
	slices.Sort(ratios)
	slices.Sort(compiled)
	b.ReportMetric(0, "ns/op") // that of both, a hundred times
	b.ReportMetric(ratios[len(ratios)/2], "kin/compiled")
	b.ReportMetric(compiled[len(compiled)/2], "ns/compiled")
}

// decoded is a body of a transcript as it is read off the wire, with a time for where the
// vendor's is any.
func decoded(b *testing.B, body any) any {
	b.Helper()
	text, err := json.Marshal(body)
	if err != nil {
		b.Fatal(err)
	}
	var value any
	if err := json.Unmarshal(bytes.ReplaceAll(text, []byte("$rfc3339"), []byte("2022-01-13T02:45:44.115Z")), &value); err != nil {
		b.Fatal(err)
	}
	return value
}

// shown is the first exchange of a vendor's with a method.
func shown(b *testing.B, provider, method string) fixtures.Exchange {
	b.Helper()
	transcripts, err := fixtures.Transcripts()
	if err != nil {
		b.Fatal(err)
	}
	for _, transcript := range transcripts {
		for _, exchange := range transcript.Exchanges {
			if transcript.Provider == provider && exchange.Request.Method == method {
				return exchange
			}
		}
	}
	b.Fatalf("%s: no transcript has a %s", provider, method)
	return fixtures.Exchange{}
}

func find(b *testing.B, document, id string) *openapi3.Operation {
	b.Helper()
	doc, err := specs.Load(document)
	if err != nil {
		b.Fatal(err)
	}
	for _, item := range doc.Paths.Map() {
		for _, op := range item.Operations() {
			if op.OperationID == id {
				return op
			}
		}
	}
	b.Fatalf("%s has no operation %s", document, id)
	return nil
}
