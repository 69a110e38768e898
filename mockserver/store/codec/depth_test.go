package codec_test

import (
	"testing"

	"github.com/keyturn/keyturn/mockserver/client"
	"github.com/keyturn/keyturn/mockserver/store/codec"
)

// What is written can be read.
func TestDeepAttributes(t *testing.T) {
	var value any = "x"
	for range 1500 {
		value = []any{value}
	}
	data, err := codec.Append(nil, &client.Client{Attributes: client.NewAttributes(map[string]any{"a": value})})
	if err != nil {
		t.Skip("refused when it is written, which is fine")
	}
	if _, err := codec.Decode(data); err != nil {
		t.Errorf("written and not readable: %v", err)
	}
}
