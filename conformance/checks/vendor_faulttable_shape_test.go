package checks_test

// shapeFaults are those of lists, of the form of secrets, of updates and of repeats.
var shapeFaults = []lockFault{
	{name: "the list of secrets makes up its ids", fails: "LST-002"},
	{name: "an id comes again", fails: "LST-002"},
	{name: "the list shows all clients with one id", fails: "LST-002"},
	{name: "the list makes up ids of clients", fails: "LST-002"},
	{name: "a filter is a pattern", fails: "LST-008"},
	{name: "a filter is part of the query", fails: "LST-008"},
	{name: "a filter is not looked at", fails: "LST-008"},
	{name: "a filter is a fault of the server", fails: "LST-008"},
	{name: "a quote in a filter is a fault of the server", fails: "LST-008"},
	{name: "the list shows no teams", fails: "LST-009"},
	{name: "an unknown client has an empty list of secrets", fails: "LST-012"},

	{name: "secrets count up", fails: "ENT-005"},
	{name: "secrets begin with the time", fails: "ENT-005"},
	{name: "one half of a secret is the other", edition: "open", fails: "ENT-005"},
	{name: "a secret ends in a line break", fails: "ENT-008"},
	{name: "a secret has a letter with an accent", edition: "open", fails: "ENT-008"},
	{name: "a secret counts up to its 72nd character", edition: "single", fails: "ENT-011"},
	{name: "a secret is stored up to its 72nd character", edition: "single", fails: "ENT-011"},

	{name: "an update with no member empties the rest", fails: "UPD-003"},
	{name: "an update of an unknown client makes it", fails: "UPD-010"},
	{name: "an update of an unknown client only says so", fails: "UPD-010"},
	{name: "a replacement of an unknown client makes it", fails: "UPD-010"},
	{name: "a key that is taken makes a second client", edition: "single", fails: "UPD-011"},
	{name: "a key that is taken is refused after the write", edition: "single", fails: "UPD-011"},
	{name: "a key that is taken is a fault of the server", edition: "single", fails: "UPD-011"},
	{name: "a suspended client may authenticate", fails: "UPD-014"},
	{name: "a suspended client loses its secrets", edition: "single", fails: "UPD-014"},
	{name: "a creation forgets the team", fails: "UPD-017"},

	{name: "a repetition is answered from memory", edition: "open", fails: "IDM-002"},
	{name: "rotations within a moment are one", edition: "open", fails: "IDM-002,ROT-001"},
}
