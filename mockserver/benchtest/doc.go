// Package benchtest measures what the stand-in's promises about speed rest on, over
// loopback and against the binary that is shipped: what the checks cost, how a plain
// server without them compares, how soon the first answer comes, and what a
// million clients cost. Figures are ratios within one run, because nothing else
// survives a change of machine, and a missed one is marked and fails nothing.
//
//	go test -run '^$' -bench Figures -benchtime 1x ./mockserver/benchtest
//
// The load generator, the reference servers (testdata) and the figures are all in
// here and need nothing but Go, Linux and its taskset. Other stand-ins, the peers, are installed by the
// benchmark that compares with them. The last release is built and measured beside this
// tree by BenchmarkGuard, and compared by benchstat. BenchmarkSoak says whether ten minutes
// of load leave a server as large and as fast as it was. BenchmarkGrowth draws what a
// request costs with more of everything; its charts are in README.md.
package benchtest
