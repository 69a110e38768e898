package checks

import "github.com/keyturn/keyturn/conformance"

var strength = []conformance.Check{}
