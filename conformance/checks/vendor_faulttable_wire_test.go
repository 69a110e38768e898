package checks_test

// wireFaults are about what goes over the wire: forms, media types, methods and errors.
var wireFaults = []lockFault{
	{name: "a list has a total below zero", fails: "DOC-005", with: "DOC-001"},
	{name: "a withdrawn secret's id is in capitals", edition: "open", fails: "DOC-005", with: "DOC-001"},
	{name: "a success has a title", fails: "DOC-007", with: "ROT-001,ROT-009"},
	{name: "a refusal has an empty detail", fails: "DOC-007", with: "ROT-009"},
	{name: "an update answers with the first client", fails: "DOC-008"},
	{name: "a replacement answers with the latest client", fails: "DOC-008"},
	{name: "a read names another workspace", fails: "DOC-008"},

	{name: "a problem is called JSON", fails: "ERR-001", with: "ROT-009"},
	{name: "failures have no id", fails: "ERR-004"},
	{name: "failures that are alike have the same id", edition: "open", fails: "ERR-004", with: "ROT-009"},
	{name: "an error of the token side is a sentence", edition: "open", fails: "ERR-011"},
	{name: "an error of the token side repeats what was sent", fails: "ERR-011"},
	{name: "an error of the token side is plain text", edition: "single", fails: "ERR-011"},
	{name: "a challenge has no realm", fails: "ERR-012"},
	{name: "what cannot be read as Basic is challenged for Bearer", edition: "open", fails: "ERR-012"},

	{name: "a HEAD may be stored", fails: "HTTP-003"},
	{name: "a HEAD is HTML", fails: "HTTP-003"},
	{name: "a HEAD is empty", edition: "open", fails: "HTTP-003"},
	{name: "a HEAD is not allowed", fails: "HTTP-003"},
	{name: "the media type of a body is not looked at", fails: "HTTP-005"},
	{name: "another media type is malformed", edition: "single", fails: "HTTP-005"},
	{name: "a body of another media type is refused after the write", fails: "HTTP-005"},
	{name: "a header overrides the method", fails: "HTTP-011"},
	{name: "a header overrides the method", edition: "boxed", fails: "HTTP-011"},
	{name: "the query overrides the method", edition: "open", fails: "HTTP-011"},
	{name: "a header makes a POST a DELETE", fails: "HTTP-011"},
	{name: "a refusal has no date", fails: "HTTP-012", with: "ROT-009"},
	{name: "every third reply is dated by a clock that is fast", fails: "HTTP-012", with: "ROT-001"},

	{name: "of two the first is checked and the last stored", fails: "FUZ-004"},
	{name: "of two now the one counts and now the other", edition: "open", fails: "FUZ-004"},
	{name: "of two neither counts", edition: "single", fails: "FUZ-004"},
}
