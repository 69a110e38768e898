// Package profile is what a deployment promises, as data, and how to talk to it in
// neutral words. A profile binds neutral operations such as create, rotate and
// introspect to the operations of an OpenAPI document by operationId and JSON
// pointers, and declares the policy in which providers legitimately differ. Bound to
// its document it builds requests, reads replies by the provider's own rules and
// holds them to their schemas. Nothing here sends anything.
package profile
