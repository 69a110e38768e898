// Package console is the page under /__admin/ui/: what is in a namespace, what it was
// asked and what became of each secret, with forms for everything that can be switched.
//
// Pages are made on the server and every action is a plain form, so all of it works
// without the script, which only brings in what has happened since. Links are relative:
// the page works below /ns/{name} and behind a proxy that adds a path of its own.
//
// No secret is on a page before its button is pressed. The plane's guard decides who is
// let in; where it asks for a token, which no link can carry, a session stands for it. What
// makes a session good is signed into its cookie, so that servers with one key take each
// other's. Signing out takes the cookie away from this console and ends the session at the
// server that was asked, until that is started again; elsewhere a copy of it, as consoles of
// other namespaces have one, is good to its end. Another token ends all sessions.
package console
