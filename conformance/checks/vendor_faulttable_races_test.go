package checks_test

// racesFaults are what goes wrong only where requests meet, within a few milliseconds.
var racesFaults = []lockFault{
	{name: "replacements that meet for a moment leave two", edition: "single", fails: "CON-001,CON-002"},
	{name: "a rotation that meets its client's deletion brings it back", edition: "single", fails: "CON-005"},
	{name: "a rotation that meets its client's deletion brings it back", edition: "open", fails: "CON-005"},
	{name: "deletions that meet take the next one too", fails: "CON-006"},
	{name: "deletions that meet take the next one too", edition: "open", fails: "CON-006"},
	{name: "deletions that meet are a fault of the server", edition: "open", fails: "CON-006"},
	{name: "deletions of a client that meet are a fault of the server", edition: "single", fails: "CON-006"},
	{name: "updates that meet lose one", edition: "single", fails: "CON-007"},
	{name: "updates that meet lose one", edition: "open", fails: "CON-007"},
	{name: "rotations of two clients that meet are mixed up", edition: "single", fails: "CON-012"},
	{name: "rotations of two clients that meet are mixed up", edition: "open", fails: "CON-012"},
}
