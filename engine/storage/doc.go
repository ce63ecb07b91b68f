// Package storage keeps what must last: a journal of records in blocks, the latest snapshot of every user, and the
// latest facts and reservations of every shop, and versions of what a shop keeps whole (documents): in one SQLite database (WAL, synchronous FULL) in one folder, or in a
// PostgreSQL database (synchronous_commit). Both have the same tables, made by the steps in schema/, the same statements and
// the same tests; what differs stands in backend.go.
//
// Entries are queued by Submit and made durable by group commits: one transaction holds every entry that came since the
// last one, packed into one or a few rows. Done of an entry is called after the commit, so whoever waits for it before
// telling anybody has told nothing that a crash could take back.
//
// # Goroutines
//
// Run starts one committer, which alone writes, and Config.Readers readers. Done callbacks run on the committer, in the
// order of submission; callbacks of reads run on a reader. Neither may block. Run ends after everything queued was
// committed or refused, and every read answered.
//
// # Overload
//
// Every queue is bounded. An entry that finds the journal's queue full, or the store closed, has its lease broken and its
// Done called at once, in the goroutine that called Submit; a read that finds the read queue full likewise. Everything
// else is called back from the store's own goroutines.
//
// # What is in a block
//
// A block is encoded (codec.Append), packed (codec.Pack), then sealed (seal.Keyring: SM4-GCM, bound to its place), then inserted; the steps
// know nothing of one another. A block that does not open is quarantined: skipped, counted and logged by its number, and
// everything else is served. Snapshots, folded tails, facts and reservations are sealed each by itself, and their rows found
// by an SM3-HMAC of whom or what they are about: no column holds what somebody wrote, was told or is known by.
//
// Documents are few and large: each is sealed by whoever keeps it, and written by the committer between two groups, in a
// transaction of its own. Which one follows which is the version in its place, so none can be brought back as the latest.
//
// The key that seals is new at every start; wrapped under the master key it is stored in the transaction of the first thing
// it sealed.
//
// # Memory
//
// For each user with records since the last snapshot the store remembers in which blocks they stand, for each session the
// blocks of the last few minutes, and for all users ever seen a Bloom filter. A snapshot forgets the user's blocks; tails
// that nobody snapshots (their actor died with a crash) are folded into the user's row after Config.FoldAfter. The
// checkpoint is the lowest block that a tail or an unanswered event still needs: recovery scans from there, and blocks
// below it may be dropped once they are older than Config.Keep.
//
// # What a failed commit means
//
// Nothing of the group counts: every Done gets ErrCommit, every lease is broken, no index has seen it, and the next group
// takes the same numbers. One window remains that no database closes: when the disk refuses the last fsync and the machine
// dies before the next commit, recovery may find the refused group intact. Its events then come back as pending.
//
// A PostgreSQL whose connection breaks before it has answered a COMMIT may have committed. Then nobody is told anything until
// a new connection has found out (Store.settle); meanwhile everything else is refused. Only when the store ends before that
// is the group refused as well, with the same window as above.
//
// # One writer
//
// The folder is locked for one process. Nodes with folders of their own may have one PostgreSQL database in common: one of
// them writes, which holds an advisory lock with its connection, and the others are refused. One that loses its connection
// and finds that another has opened the store since ends with ErrTaken, since what it holds in memory is no longer true.
package storage
