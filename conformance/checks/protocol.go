package checks

import "github.com/keyturn/keyturn/conformance"

var protocol = []conformance.Check{}
