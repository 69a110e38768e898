// Package authingv2 is the door to the authing realm that speaks Authing's V2 API:
// the refresh of an application's secret, its neighbours under /applications, the
// GraphQL and REST ways to a token, and the OAuth endpoints under /oauth.
//
// The vendor's habits are kept: refresh is under the singular "application" and
// everything else under the plural; a refresh does not show the new secret, which
// has to be read back; failures come as HTTP 200 with the failure in the envelope.
package authingv2
