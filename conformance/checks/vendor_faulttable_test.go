package checks_test

// unproven are the checks that no fault of the service can fail, with the reason.
var unproven = map[string]string{
	"DOC-003": "it applies to APIs with an envelope, and no edition has one",
	"HYG-017": "what it finds would be a fault of the suite and not of a target",
}

// lockFaults is what goes wrong, by what it is about.
var lockFaults = []lockFault{
	// The contract.
	{name: "a creation answers 200", fails: "DOC-001"},
	{name: "a rotation answers 200", fails: "DOC-001"},
	{name: "a read is called HTML", fails: "DOC-001"},
	{name: "a read is in an envelope", fails: "DOC-002,DOC-004"},
	{name: "a list is an array", fails: "DOC-002"},
	{name: "a required member is missing", fails: "DOC-004"},
	{name: "a member has another type", fails: "DOC-004"},

	// Who may call.
	{name: "a request without a key is served", fails: "AUTH-001,AUTH-009"},
	{name: "a list needs no key", fails: "AUTH-001"},
	{name: "a 401 has no challenge", fails: "AUTH-002"},
	{name: "a reader may write", fails: "AUTH-009"},
	{name: "any key will do", fails: "AUTH-009"},
	{name: "a write is made although it is refused", edition: "open", fails: "AUTH-009"},
	{name: "another workspace may rotate", edition: "open", fails: "TEN-001"},
	{name: "another workspace may delete", fails: "TEN-003"},
	{name: "a secret's id alone decides", fails: "TEN-005"},
	{name: "the workspace in the header is believed", fails: "TEN-006"},

	// Rotation.
	{name: "a rotation keeps the secret", fails: "ROT-001,ENT-003"},
	{name: "a new secret works too late", fails: "ROT-002"},
	{name: "a new secret works now and then", fails: "ROT-002"},
	{name: "a new secret never works", edition: "open", fails: "ROT-002,ROT-018,CON-003,CON-009"},
	{name: "the replaced secret lives on", edition: "single", fails: "ROT-003,ROT-020,ROT-026,CON-001,GRC-003,GRC-004,CON-014"},
	{name: "a deleted secret comes back at the next rotation", fails: "ROT-004", with: "DEL-*,ROT-*"},
	{name: "a rotation resets the label", fails: "ROT-007"},
	{name: "an unknown client is rotated", fails: "ROT-009"},
	{name: "the caller's secret is taken", fails: "ROT-013"},
	{name: "a query rotates", fails: "ROT-014"},
	{name: "an id comes again", edition: "open", fails: "ROT-016,CON-003"},
	{name: "a rotation renews all ids", edition: "open", fails: "ROT-016"},
	{name: "only the two newest secrets work", edition: "open", fails: "ROT-017,CON-009"},
	{name: "a rotation shows a mask", fails: "ROT-018,ROT-002"},
	{name: "a rotation shows a digest", fails: "ROT-018"},
	{name: "a deletion hits the next secret", edition: "open", fails: "ROT-019,DEL-003"},
	{name: "an update makes a new secret", edition: "single", fails: "ROT-020,UPD-002"},
	{name: "a deleted secret works on where it was in use", fails: "ROT-026"},

	// The bound.
	{name: "the cap is not kept", fails: "GRC-003,GRC-004"},
	{name: "past the cap the oldest goes", fails: "GRC-004"},

	// Expiry.
	{name: "an expiry is an hour off", fails: "EXP-001"},
	{name: "an expiry is shown as local time", fails: "EXP-001"},
	{name: "the ids in the list are crossed", edition: "open", fails: "EXP-001"},
	{name: "an update forgets the expiry", edition: "single", fails: "EXP-001,EXP-012"},
	{name: "an update's expiry moves the day of making", edition: "single", fails: "EXP-012"},
	{name: "an expiry is forgotten", fails: "EXP-001,EXP-003"},
	{name: "an expiry is not looked at", fails: "EXP-003"},
	{name: "an expiry in the past is never", fails: "EXP-004"},
	{name: "an expiry that is no date is taken", fails: "EXP-005"},
	{name: "an expiry that is no date is a fault of the server", fails: "EXP-005,ERR-009"},
	{name: "a rotation is refused after the write", fails: "EXP-005"},

	// Deletion.
	{name: "a deleted secret is not marked", edition: "open", fails: "DEL-001"},
	{name: "a deleted secret is not listed", edition: "open", fails: "DEL-001"},
	{name: "a deleted secret works too long", fails: "DEL-002"},
	{name: "a deleted secret works for good", fails: "DEL-002,ROT-026"},
	{name: "a deletion only says so", fails: "DEL-002"},
	{name: "a deletion takes the others along", fails: "DEL-003"},
	{name: "a deletion hits the next secret", fails: "DEL-003"},
	{name: "deleting again is a fault of the server", fails: "DEL-004"},
	{name: "deleting again brings the secret back", edition: "open", fails: "DEL-004"},
	{name: "deleting nothing deletes the newest", fails: "DEL-005"},
	{name: "a deleted secret's mark goes", edition: "open", fails: "DEL-007", with: "DEL-*"},
	{name: "a deletion shows the secret", edition: "open", fails: "DEL-009"},
	{name: "the last secret goes", fails: "DEL-010"},
	{name: "a deleted client lives on at the token side", fails: "DEL-013"},
	{name: "a deleted client stays", fails: "DEL-013"},

	// Lists.
	{name: "the list of secrets misses the newest", fails: "LST-001"},
	{name: "the list misses the newest", fails: "LST-001"},
	{name: "the list of secrets has their values", fails: "LST-003"},
	{name: "a list shows the secrets", fails: "LST-003"},
	{name: "the list of secrets has their digests", fails: "LST-003"},
	{name: "a page skips one", fails: "LST-005"},
	{name: "a page shows one again", fails: "LST-005"},
	{name: "a page has one too many", fails: "LST-005"},

	// What is shown.
	{name: "a read shows the secret", fails: "HYG-001", with: "ROT-007"},
	{name: "a header has the secret", fails: "HYG-002", with: "ROT-001"},
	{name: "a refusal repeats the request", fails: "HYG-004"},
	{name: "a secret may be stored on the way", fails: "HYG-005", with: "ROT-001"},
	{name: "a token may be stored on the way", fails: "HYG-005", with: "DOC-001"},

	// Strength.
	{name: "secrets are short", fails: "ENT-001"},
	{name: "secrets have few characters that change", fails: "ENT-001"},
	{name: "a secret comes again", fails: "ENT-003"},
	{name: "two clients have the same secrets", fails: "ENT-004"},
	{name: "Basic is not form-decoded", fails: "ENT-009"},
	{name: "secrets are compared without case", fails: "ENT-010"},
	{name: "a beginning will do", fails: "ENT-010"},
	{name: "what follows a secret is not looked at", fails: "ENT-010"},
	{name: "blanks around a secret are cut off", fails: "ENT-010"},

	// Errors and the protocol.
	{name: "the status in a problem is another", fails: "ERR-002", with: "ROT-009"},
	{name: "a stack trace is shown", fails: "ERR-008", with: "HTTP-006"},
	{name: "a class name is shown", fails: "ERR-008", with: "ROT-009"},
	{name: "an unknown client is a fault of the server", fails: "ROT-009,ERR-009"},
	{name: "a method that is not there is not found", fails: "HTTP-001"},
	{name: "a 405 has no Allow", fails: "HTTP-002"},
	{name: "a 405 allows what it refuses", fails: "HTTP-002"},
	{name: "a body that is no JSON is a fault of the server", fails: "HTTP-006"},
	{name: "a body that is no JSON counts as empty", fails: "HTTP-006"},
	{name: "a body that is no JSON is refused after the write", edition: "open", fails: "HTTP-006,IDM-004"},

	// Updates.
	{name: "a replacement keeps what it leaves out", fails: "UPD-001"},
	{name: "an update empties what it leaves out", fails: "UPD-002"},
	{name: "an update stops half-way", fails: "UPD-005"},
	{name: "an update changes the key", fails: "UPD-006"},
	{name: "a replacement moves the client", fails: "UPD-006"},
	{name: "an update sets the day of making", fails: "UPD-007"},

	// Repeats and concurrency.
	{name: "a rotation whose caller hangs up ends the older secrets", fails: "IDM-001"},
	{name: "a rotation whose caller hangs up is made twice", edition: "open", fails: "IDM-001"},
	{name: "a rotation whose caller hangs up keeps the client locked", fails: "IDM-001"},
	{name: "additions that meet lose one", edition: "open", fails: "CON-003,CON-009"},
	{name: "additions that meet get the same id", edition: "open", fails: "CON-003"},
	{name: "rotations that meet pass the cap", fails: "CON-009"},
	{name: "the list of secrets is stale", edition: "open", fails: "CON-004"},
	{name: "a rotation clears the expiry of the others", edition: "open", fails: "ROT-016"},

	// Input.
	{name: "a label may be empty", fails: "FUZ-001"},
	{name: "any value will do", fails: "FUZ-001"},
	{name: "a client may have no label", fails: "FUZ-001"},
	{name: "an odd id is a fault of the server", fails: "FUZ-002"},
	{name: "an odd id splits the response", fails: "FUZ-002"},
	{name: "an odd id is served", fails: "FUZ-002"},
	{name: "a rotation is of every client", fails: "FUZ-008", with: "ROT-001"},

	// The token side.
	{name: "a wrong secret is another error", fails: "TOK-002"},
	{name: "a wrong secret is a 403", fails: "TOK-002"},
	{name: "a wrong secret is refused without a challenge", fails: "TOK-002"},
	{name: "any client's secret will do", fails: "TOK-002"},
	{name: "two ways to authenticate are one too many for nobody", fails: "TOK-003"},
	{name: "revoking an unknown token fails", edition: "open", fails: "TOK-008"},
}
