package angusgm

import (
	"strings"

	"github.com/keyturn/keyturn/mockserver/wire"
)

// enum is an enumeration of the vendor's: read in any case, bare or as the value
// of an object, and written as a pair of value and message.
type enum struct {
	messages map[string]string
	// fallback is what an absent or unknown name means.
	fallback string
}

// The messages are this project's own words.
var (
	platforms = enum{fallback: "XCAN_TP", messages: map[string]string{
		"XCAN_TP": "Tenant platform", "XCAN_OP": "Operation platform", "XCAN_2P": "Second party",
		"XCAN_3RD": "Third party", "XCAN_INNER": "Internal",
	}}
	sources = enum{fallback: "XCAN_SYS_TOKEN", messages: map[string]string{
		"XCAN_TP_SIGNIN": "Tenant sign-in", "XCAN_OP_SIGNIN": "Operation sign-in", "XCAN_2P_SIGNIN": "Second party sign-in",
		"XCAN_SYS_INTROSPECT": "System introspection", "XCAN_SYS_TOKEN": "System token",
	}}
)

func (e enum) read(v any) string {
	if object, isObject := v.(wire.Object); isObject {
		v = object["value"]
	}
	name, _ := v.(string)
	name = strings.ToUpper(name)
	if _, known := e.messages[name]; known {
		return name
	}
	return e.fallback
}

// write takes what is stored, so that a world may write an enumeration as loosely
// as a caller.
func (e enum) write(stored any) wire.Object {
	value := e.read(stored)
	return wire.Object{"value": value, "message": e.messages[value]}
}
