// Package oauth is the token side: one implementation of the token, introspection,
// revocation and key endpoints that honours the secrets a provider's management
// API hands out. What vendors do differently here, such as the words of a refusal,
// the form of a token or the grants a client may use, is a Dialect.
//
// Tokens carry their own state, signed or sealed, so issuing one writes nothing;
// only a revocation is remembered, on the client. A token names the serial of its
// client and dies with it.
package oauth
