package checks

import "github.com/keyturn/keyturn/conformance"

var concurrency = []conformance.Check{}
