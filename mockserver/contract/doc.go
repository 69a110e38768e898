// Package contract turns an OpenAPI document into the checks that the pipeline
// runs on every request and every reply. kin-openapi's schemas stay the authority;
// this package only decides which schema a value is held to, finds the values in
// path, query, header, body and form, and explains a refusal without repeating the
// value, which may be a secret.
//
// A start needs only the outline of a document: its operations, who may call them and
// how. The first check of an operation compiles what that refers to. Everything is looked
// up then, so a request is neither routed twice nor decoded twice, and the handler's own
// reply value is held to its schema instead of being parsed back from its text. Most
// values pass what package accept has compiled; only one that does not is visited by
// kin-openapi, which has the last word and knows the reason.
//
// It knows documents and values, and nothing of vendors, stores or sockets.
package contract
