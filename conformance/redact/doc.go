// Package redact hides credentials by what they are and not by what they are called.
// A Book learns every secret, token and key that a run sends or receives; a Hider
// replaces each of them in any text, in whatever spelling it stands there, by a
// pseudonym that says which one it was and nothing of it. A service may echo a secret
// in a header, a message or a member of any name, so a name is no guide. Two bounds are
// deliberate: a value under MinSearched bytes is too common to be looked for in running
// text and is replaced only as half of Basic credentials, and of a value inside somebody
// else's base64 the one character at either end that also carries bits of a neighbour
// stays. What looks like a credential though nobody registered it is hidden by its
// structure: private keys in PEM, JSON Web Tokens and private members of JSON Web Keys.
package redact
