package checks_test

// lifeFaults are those about the life of a secret: its rotation, overlap, expiry and
// deletion, and what these do to the client.
var lifeFaults = []lockFault{
	// Rotation.
	{name: "a retired secret is another error", fails: "ROT-005"},
	{name: "a retired secret is a 400", fails: "ROT-005"},
	{name: "a rotation renews the key", edition: "open", fails: "ROT-006"},
	{name: "a rotation answers with another id", edition: "single", fails: "ROT-006"},
	{name: "a rotation is of every client", edition: "open", fails: "ROT-008"},
	{name: "a rotation changes the teams of all", edition: "open", fails: "ROT-008"},
	{name: "a rotation brings a deleted client back", fails: "ROT-010"},
	{name: "a rotation enables the client", fails: "ROT-012"},
	{name: "a rotation enables the client", edition: "single", fails: "ROT-012"},
	{name: "tokens end with their secret", fails: "ROT-023"},
	{name: "tokens end with their secret", edition: "single", fails: "ROT-023"},
	{name: "tokens outlive their secret", edition: "strict", fails: "ROT-023"},

	// Overlap.
	{name: "a rotation locks the client for a moment", edition: "open", fails: "GRC-009"},
	{name: "a rotation locks the client for a moment", edition: "grace", fails: "GRC-009"},
	{name: "a rotation ends the older secrets before the new one works", edition: "open", fails: "GRC-009"},

	// Expiry.
	{name: "an expiry is read without its offset", fails: "EXP-006"},
	{name: "an expiry is read without its offset", edition: "open", fails: "EXP-006"},
	{name: "an expiry ends all secrets", edition: "open", fails: "EXP-009"},
	{name: "an expired secret is not listed", edition: "open", fails: "EXP-010"},
	{name: "an expired secret is marked as deleted", edition: "open", fails: "EXP-010"},

	// Deletion.
	{name: "the id of a deleted secret comes again", fails: "DEL-012"},
	{name: "the id of a deleted secret comes again", edition: "open", fails: "DEL-012"},
	{name: "the id of a deleted client comes again", fails: "DEL-012"},
	{name: "tokens outlive their client", fails: "DEL-014"},
	{name: "tokens outlive their client", edition: "single", fails: "DEL-014,DEL-015"},
	{name: "a key that was deleted brings its secret along", edition: "single", fails: "DEL-015"},
	{name: "a key that was deleted brings its contact along", edition: "single", fails: "DEL-015"},
}
