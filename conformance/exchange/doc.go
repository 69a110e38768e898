// Package exchange sends requests to a target and keeps what went over the wire.
// It is the only room that touches the network: budgets, rates, the patience with a
// throttled target and the refusal to talk to any other host live here, so that no
// check can forget them. It judges nothing.
package exchange
