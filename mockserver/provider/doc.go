// Package provider says what a vendor has to fill in: a handler for each operation
// of its document, a way to recognise callers for each security scheme, and the
// shape of its refusals. The order in which these are used belongs to the pipeline
// of package mockserver and cannot be forgotten or changed here.
//
// A vendor is a folder below this one. Vendors never import each other; what two
// doors of one vendor share stands in its realm's package.
package provider
