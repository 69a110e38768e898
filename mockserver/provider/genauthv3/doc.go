// Package genauthv3 is the door to the authing realm that speaks the V3 API of
// Authing and GenAuth: the refresh of an application's secret, reading and checking
// a secret, the operations on applications around it, the management token, and the
// OpenID Connect endpoints under /oidc.
//
// Official clients prove themselves here in two ways, with a token or by signing
// each request, and both are open.
package genauthv3
