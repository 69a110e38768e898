package admin

import (
	"encoding/json"
	"fmt"

	"github.com/keyturn/keyturn/mockserver/wire"
)

// treeOf is the value as a JSON tree, by its own names.
func treeOf(value any) (any, error) {
	text, err := json.Marshal(value)
	if err != nil {
		return nil, fmt.Errorf("write a reply: %w", err)
	}
	return wire.Decode(text)
}
