// Package authing is the realm behind two doors: Authing's V2 API and the V3 API
// that Authing and GenAuth share. Applications, user pools, access keys and tokens
// are one state, so a secret rotated through one door is the secret at the other
// and at the token endpoint.
//
// What the doors say in their own shapes stands in the provider packages; this one
// holds what both mean.
package authing
