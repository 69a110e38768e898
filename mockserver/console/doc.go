// Package console is the page under /__admin/ui/: what is in a namespace, what it was
// asked and what became of each secret, with forms for everything that can be switched.
//
// Pages are made on the server and every action is a plain form, so all of it works
// without the script, which only brings in what has happened since. Links are relative:
// the page works below /ns/{name} and behind a proxy that adds a path of its own.
//
// No secret is on a page before its button is pressed. The plane's guard decides who is
// let in; where it asks for a token, which no link can carry, a session stands for it.
package console
