// Package postgres keeps state in PostgreSQL, or in what speaks as it does, so that servers
// over one database behave as one. Nothing is kept in the process but clients that were
// read before, and those are used only after the database has said that they are current.
//
// # Tables
//
// All are called keyturn_ and made by Open. keyturn_schema has one row, the version of the
// others. keyturn_content has a row for each content: its epoch and the last place that it
// has given. keyturn_client has the clients: where they are, their names, a revision, and
// the client itself as package codec writes it. keyturn_count says how many clients a realm
// and each of its tenants have in a block of places: lists are counted, and pages found,
// without a walk over the clients. keyturn_space, keyturn_use, keyturn_journal and
// keyturn_batch are the records, when they were used, the number of entries their journals
// had, and the journals. keyturn_once has the tokens that were used, keyturn_secret the
// secrets, keyturn_counter the numbers of Next and the versions of records.
//
// A name is bytes, never text: see key. A revision is given by one write only: see version.
//
// # What is locked when
//
// Whatever changes which clients there are, or what they are called, locks the row of
// keyturn_content first: Create, Delete, Replace, Drop, and an Update that changes a name.
// Fork and Renew share that lock, for they only read. So places are given without gaps and
// in the order in which clients can be seen, and the counts are right. An Update of
// anything else locks nothing but its row: it writes where the client has the revision that
// the change was made for, and begins again where it has another one. It touches no index,
// and the page has room for it.
//
// Put locks the counter of versions, Append the row of its journal: the order in which they
// give numbers is the order in which what they write can be read.
//
// # Isolation
//
// Transactions that write have the engine's default, read committed in PostgreSQL. That is
// enough since each of them decides by one row, which it has locked or compares in the
// statement that writes it. The exception is a copy, which reads many rows, with one
// statement and so at one moment, while the lock keeps their number the same. A page of a
// list takes three statements and no lock, and so repeatable read. Where the default is a
// stricter one, or the engine has no other, transactions fail that met others; they are
// begun again, a bounded number of times.
//
// # Company
//
// Concurrent calls share statements, see package group: reads, rotations, appends, records
// and numbers. While a batch is under way the next one fills. A read is answered by a
// statement that began after it was asked for. Rotations of one client in one server are
// applied one after the other and written once.
//
// # Failures
//
// An error that is the database's is of the kind Unavailable. Nobody waits for longer than
// a few seconds: connecting, a statement and the wait for a lock are all bounded, but for
// copies of whole contents. After a failed connection others fail at once for a moment.
// Nothing has to be done when the database is back. A read whose connection ends is sent
// again; of a write nobody knows then whether it was carried out.
//
// The calls of Append alone are acknowledged before they are on the disk, and what they
// append is not written ahead where the engine has that: when the database crashes the
// journals are empty, and the numbers of their last fraction of a second may be given a
// second time. A database that is shut down keeps them.
//
// # Why pgconn
//
// Packages pgx, pgxpool and pgtype convert between all of Go's types and PostgreSQL's,
// which adds more than two megabytes to the binary. There are five types here, whose binary
// formats are written by hand, and the pool is the one beneath pgxpool. A pool that gives a
// session to another client between two transactions (pgbouncer in its transaction mode) is
// not supported: statements are prepared, and sessions have settings.
//
// # Other engines
//
// The statements are written for CockroachDB and YugabyteDB, too, but are tested with
// PostgreSQL only. There are no advisory locks, no procedures, no extensions, and no
// indexes of expressions or of parts. What is
// PostgreSQL's alone are wishes, whose failure nobody minds: storage parameters, settings
// of the planner, asynchronous commits. Notifications only make it faster: a journal that
// somebody watches is looked at ten times a second where they do not arrive. CockroachDB
// runs every transaction as serializable, so that more of them are begun again. YugabyteDB
// makes tables outside of the transaction, which is why making them again does no harm, and
// keeps a content's clients together by the hash of its id.
package postgres
