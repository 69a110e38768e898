// Package proxy is what stands between the stand-in's pipeline and a real deployment:
// it forwards a request, keeps a ledger of how the deployment and its callers differ from
// the document, and writes redacted transcripts.
//
//	request → findings → Upstream.Forward → findings → Drift.Note
//	journal entry → Recorder → one line of JSON
//
// What is forwarded stays as it is, wrong or not; only what belongs to a connection is
// taken off (RFC 9110 section 7.6.1). A finding names an operation, a member and a rule
// and never a value, and what is written to a file went through the journal's redaction.
//
// It knows documents and the journal, and nothing of stores, realms or the server.
package proxy
