package telemetry

import (
	"strconv"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"google.golang.org/protobuf/encoding/protowire"
)

func encodeJSON(data tracesData) ([]byte, error) { return json.Marshal(data) }

// MarshalJSONTo implements json.MarshalerTo.
func (a attribute) MarshalJSONTo(to *jsontext.Encoder) error {
	member, value := "stringValue", a.text
	if a.isNumber {
		member, value = "intValue", strconv.FormatInt(a.number, 10)
	}
	for _, token := range []jsontext.Token{
		jsontext.BeginObject, jsontext.String("key"), jsontext.String(a.key),
		jsontext.String("value"), jsontext.BeginObject, jsontext.String(member), jsontext.String(value), jsontext.EndObject, jsontext.EndObject,
	} {
		if err := to.WriteToken(token); err != nil {
			return err
		}
	}
	return nil
}

// encodeProtobuf writes the fields under the numbers that opentelemetry-proto gives
// them. Messages are written inside out, because their length comes first.
func encodeProtobuf(data tracesData) []byte {
	var all []byte
	for _, of := range data.ResourceSpans {
		var resource, group []byte
		for _, a := range of.Resource.Attributes {
			resource = appendBytes(resource, 1, a.protobuf())
		}
		group = appendBytes(group, 1, resource)
		for _, in := range of.ScopeSpans {
			scoped := appendBytes(nil, 1, appendString(nil, 1, in.Scope.Name))
			for _, span := range in.Spans {
				scoped = appendBytes(scoped, 2, span.protobuf())
			}
			group = appendBytes(group, 2, scoped)
		}
		all = appendBytes(all, 1, group)
	}
	return all
}

func (r *record) protobuf() []byte {
	b := make([]byte, 0, 1024)
	b = appendBytes(b, 1, r.TraceID[:])
	b = appendBytes(b, 2, r.SpanID[:])
	b = appendString(b, 3, r.TraceState)
	if r.ParentSpanID != (spanID{}) {
		b = appendBytes(b, 4, r.ParentSpanID[:])
	}
	b = appendString(b, 5, r.Name)
	b = appendVarint(b, 6, uint64(r.Kind))
	b = appendFixed64(b, 7, r.Start)
	b = appendFixed64(b, 8, r.End)
	for _, a := range r.Attributes {
		b = appendBytes(b, 9, a.protobuf())
	}
	if r.Status != (spanStatus{}) {
		b = appendBytes(b, 15, appendVarint(nil, 3, uint64(r.Status.Code)))
	}
	return protowire.AppendFixed32(protowire.AppendTag(b, 16, protowire.Fixed32Type), r.Flags)
}

// protobuf writes a KeyValue with an AnyValue in it.
func (a attribute) protobuf() []byte {
	var value []byte
	if a.isNumber {
		value = appendVarint(nil, 3, uint64(a.number))
	} else {
		value = protowire.AppendString(protowire.AppendTag(nil, 1, protowire.BytesType), a.text)
	}
	return appendBytes(appendString(nil, 1, a.key), 2, value)
}

func appendBytes(b []byte, field protowire.Number, value []byte) []byte {
	return protowire.AppendBytes(protowire.AppendTag(b, field, protowire.BytesType), value)
}

func appendString(b []byte, field protowire.Number, value string) []byte {
	if value == "" {
		return b
	}
	return protowire.AppendString(protowire.AppendTag(b, field, protowire.BytesType), value)
}

func appendVarint(b []byte, field protowire.Number, value uint64) []byte {
	return protowire.AppendVarint(protowire.AppendTag(b, field, protowire.VarintType), value)
}

func appendFixed64(b []byte, field protowire.Number, value uint64) []byte {
	return protowire.AppendFixed64(protowire.AppendTag(b, field, protowire.Fixed64Type), value)
}
