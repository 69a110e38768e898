// Package file keeps contents and the ledger of namespaces in one file, which one process
// has at a time.
//
// # Writing
//
// All calls that write, of whatever kind and content, wait for the one writer. It carries
// out those that wait as one transaction of the engine, synchronises the file, shows the
// outcome to readers and tells each call its own. While it does, the next batch fills, so
// that many callers cost little more than one. A call checks before it writes; one that
// fails later all the same is taken out and the others are done again. What is long, such as
// the copy of a large content, is written in chunks under a generation that nothing refers
// to, with other calls in between, and referred to at the end. What nothing refers to any
// more is removed in the background, or by the next to open the file.
//
// # Reading
//
// Readers share the engine's view of the last commit that is known to be on the disk, so
// that they see neither half of a batch nor what a power failure would take back. Clients
// that are used often are kept decoded. A list has its places from trees in memory that
// count their branches, 20 bytes for each client; they belong to the same commit.
//
// # Layout
//
// The file has eight tables (layout.go). Keys of clients, of names and of the order begin
// with a generation, which is one content at one time; a content's root says which. A
// client's key ends with its place, and its value is its epoch and the bytes of package
// codec. Names lead to places: IDs, ClientIDs that are no IDs, aliases. The order has each
// place's tenant, so that opening a content reads no clients.
//
// # When it cannot be written
//
// A disk that is full, or a file that was made read-only, refuses calls that write and
// nothing of them is seen; the next call tries again. After a synchronisation that failed
// nothing is written until the file is opened again: nobody knows what the disk has. Reads
// go on in both cases.
//
// # Why bbolt
//
// Measured on 2026-11-22 on a machine with 2 virtual processors and an ext4 disk that
// others used too: 32 writers of 600-byte values under 1,000 keys, each acknowledged after
// synchronisation, all engines by turns, 25 rounds of 0.3 s, with the same group commit in
// front. The binary is what the engine adds to a stripped program of package net/http. The
// last three columns are of a file of 1,000,000 such values.
//
//	engine                   writes/s, median  binary    written  opened  file
//	bbolt 1.5.0                         8,467  +0.3 MB      25 s  0.46 s  1,333 MB
//	modernc sqlite 1.61.1              13,943  +4.3 MB      18 s  0.2 ms    651 MB
//	buntdb 1.3.0                       12,097  +0.1 MB      15 s  2.99 s    847 MB
//
// (sqlite with a write-ahead log and synchronous=FULL, opened without a first query; bbolt
// with what is below; buntdb synchronising always.) bbolt is the slowest writer, for it
// synchronises twice a commit. It was taken because a reader looks at pages in memory and
// copies nothing, because it adds a sixteenth of what sqlite adds, and because buntdb holds
// all values in memory and reads the whole file to open it.
//
// The list of free pages is not written with each commit (it is as long as there are free
// pages), but when the file is closed; after a crash the engine finds them by itself. The
// file is mapped at once, and larger than it will be: readers always have a transaction
// open, under which it cannot be mapped anew. Linux reads it into memory when it is mapped,
// so that reads do not wait for the disk. A file never becomes smaller by itself: one that
// is mostly empty is copied when it is opened.
//
// Of this package, on the same machine: 32 writers rotate at 0.8 of the rate of the
// engine's bare group commits of the same bytes. A file of 1,000,000 clients (504 MB) opens
// in 1.2 s, after a crash in 1.4 s, with 19 MB on the heap. Against 1,000 clients a rotation
// takes 1.15 times as long there, and a page of 50 takes 1.2 times as long at either end of
// the list; to read a client that is not kept decoded takes 8 microseconds.
package file
