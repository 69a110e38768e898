// Command keyturn is a stand-in and a referee for OAuth client-secret management APIs.
//
// This package is flags, environment, wiring and exit codes: one short file a
// subcommand, and no behaviour that a library user would miss. It is the only one
// that reads the environment or ends the process.
//
// # Exit codes
//
// 0 is success, 1 a failure at run time, and 2 a mistake in how it was called: a flag,
// a KEYTURN_ variable, a key of the configuration file, a world.
//
// For the conformance commands the code is the answer, so 1 is kept for what breaks a
// promise:
//
//	0  conformant, nothing left to clean up, or no worse than the report before
//	1  not conformant, worse than --fail-on allows, or worse than the report before
//	2  a mistake in how it was called, files and selections included; nothing was sent
//	3  incomplete: nothing failed, and something that applies could not be tested
//	4  the suite's own fault: a check that crashed, a report that could not be written,
//	   a credential in what was about to be; then nothing is written
//	5  something that a run made is still there and could have been removed, or may be:
//	   also after a second signal
//	6  a waiver is stale
//
// A probe ends with 0 when what it has found out contradicts nothing that is declared, with
// 1 when something does, and with 3 when it found out nothing or did not come to its end.
//
// Where several are true it is the first of 4, 1, 5, 6, 3. What the API itself has no way
// to remove is residue: the report and the last line name it, and it is no 5.
//
// Whatever the target does is never a 2: one that cannot be reached, is not the API or
// does not take the credentials has said nothing about its promises, which is 3, with a
// report that shows what it did say. From outside, a token that has run out and a
// target that refuses good ones look the same.
//
// # Size
//
// What the parts cost, of the binary without its symbols. Code and data are counted by
// their package, the tables that describe functions by the size of the code, and embedded
// files as they are, which for those that few commands read is packed (specs/packed). A
// module that is there for one other alone is counted with it. What the standard library
// costs is shared by everything else, and so are types and strings: a dependency that goes
// takes some of both along. Methods that nobody calls are left out of the binary as long as
// nothing looks any up by name, as the packages of templates do. With -write-size the test
// TestSize writes the table.
//
//	   kB  of the binary, linux/amd64, go1.26.8
//	 3182  Go: the rest of the standard library
//	 2998  mockserver
//	 2217  Go: crypto
//	 2144  types, strings and the linker's tables, which all of these share
//	 2094  conformance
//	 1277  Go: net
//	 1176  github.com/getkin/kin-openapi, with 5 more modules that only it needs
//	 1019  Go: runtime
//	  585  files embedded by github.com/swaggest/swgui/v5/static
//	  473  golang.org/x/text, shared by github.com/getkin/kin-openapi and github.com/jackc/pgx/v5
//	  415  github.com/go-json-experiment/json
//	  329  github.com/jackc/pgx/v5, with 2 more modules that only it needs
//	  313  go.yaml.in/yaml/v3
//	  258  cmd/keyturn
//	  235  github.com/go-jose/go-jose/v4
//	  201  go.etcd.io/bbolt
//	  114  github.com/tidwall/btree
//	  108  github.com/spf13/cobra
//	  105  github.com/vektah/gqlparser/v2
//	   95  fixtures
//	   62  files embedded by conformance/catalogue
//	   59  files embedded by conformance/profile
//	   47  files embedded by specs
//	   39  github.com/spf13/pflag
//	  241  16 smaller parts
//	19784  in all
package main
