package checks_test

// callersFaults are about who calls, for whom, and about what the token side takes.
var callersFaults = []lockFault{
	{name: "a reader's write is a 401", fails: "AUTH-004,AUTH-009"},
	{name: "a reader's token is called bad", edition: "open", fails: "AUTH-004"},
	{name: "a missing key is called a bad one", edition: "open", fails: "AUTH-005"},
	{name: "the scheme is compared with case", edition: "open", fails: "AUTH-006"},
	{name: "the first of two keys counts", fails: "AUTH-008"},
	{name: "the first of two keys counts", edition: "open", fails: "AUTH-008"},
	{name: "the last of two keys counts", edition: "open", fails: "AUTH-008"},
	{name: "an application's token will do", edition: "open", fails: "AUTH-012"},
	{name: "an application's token may read", fails: "AUTH-012"},

	{name: "another workspace may read", fails: "TEN-002"},
	{name: "the list is of every workspace", fails: "TEN-002"},
	{name: "whom the key does not reach is forbidden", fails: "TEN-009"},
	{name: "a refusal names the workspace", fails: "TEN-009"},
	{name: "a refusal has the version in a header", edition: "open", fails: "TEN-009"},
	{name: "a secret of another workspace will do", fails: "TEN-012"},

	{name: "the token endpoint does not take the header", fails: "TOK-001"},
	{name: "a token has no type", fails: "TOK-001"},
	{name: "old caches may keep a token", fails: "TOK-004"},
	{name: "new caches may keep a token", edition: "open", fails: "TOK-004"},
	{name: "credentials in the query will do", fails: "TOK-007"},

	{name: "a reader sees the secret", fails: "HYG-013"},
	{name: "a reader's list has a header with the secret", edition: "open", fails: "HYG-013"},
}
