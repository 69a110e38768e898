package checks

import "github.com/keyturn/keyturn/conformance"

var errors = []conformance.Check{}
