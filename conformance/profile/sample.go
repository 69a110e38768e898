package profile

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"time"
)

// Sample makes the successful reply of an operation with placeholders where values
// are taken: enough for a plan to go on, and no likeness of the service.
func (b *Bound) Sample(name string, now time.Time) (status int, body []byte) {
	route := b.routes[name]
	if route == nil {
		return http.StatusOK, []byte("{}")
	}
	status = route.success()
	object := map[string]any{}
	if b.Envelope != nil && !route.TokenSide() && len(b.Envelope.Success) > 0 {
		object = Set(object, b.Envelope.Member, b.Envelope.Success[0])
	}
	into := object
	if route.Binding.Items != nil {
		into = map[string]any{}
	}
	for value, pointer := range route.Binding.Take {
		into = Set(into, pointer, b.placeholder(value, now))
	}
	var whole any = into
	if items := route.Binding.Items; items != nil {
		whole = []any{into}
		if *items != "" {
			object = Set(object, *items, whole)
			if route.Binding.Total != "" {
				object = Set(object, route.Binding.Total, 1)
			}
			whole = object
		}
	}
	body, err := json.Marshal(whole)
	if err != nil {
		return status, nil
	}
	return status, body
}

func (b *Bound) placeholder(value string, now time.Time) any {
	switch value {
	case "deleted", "active":
		return false
	case "expires":
		return b.encode(value, now.Add(time.Hour))
	}
	return "{" + value + "}"
}

// success is the first status that the operation succeeds with.
func (r *Route) success() int {
	if len(r.Binding.Status) > 0 {
		return r.Binding.Status[0]
	}
	var documented []int
	for key := range r.Operation.Responses.Map() {
		if status, err := strconv.Atoi(key); err == nil && status/100 == 2 {
			documented = append(documented, status)
		}
	}
	if len(documented) == 0 {
		return http.StatusOK
	}
	return slices.Min(documented)
}
