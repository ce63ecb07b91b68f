// Package audit keeps the log of who did what: an append-only chain of records, each holding the SM3 of the one before, in
// files of bounded size in a folder of its own, and heads of that chain signed with SM2, written to a second place, and to a store (Config.KeepHead).
//
// # An act
//
// Log.Do writes the intention, does the act, and writes its result. When the intention cannot be written the act is refused:
// nothing is done. A result that cannot be written is kept in memory and goes before everything that is written later; if
// the node stops before, the next start writes that the result is unknown. Log.Note is for acts that must not wait: it takes
// the record into a queue, and refuses while the log cannot be written or the queue is full. Log.Tell is for what has
// happened already.
//
// Personal values in an act are marked with Personal; they are written as pseudonyms, an SM3-HMAC under a key of the log's
// own, and, when Config.Seal is set, sealed beside.
//
// # On the disk
//
// A file begins with 64 bytes: "LRAUDIT1", the id of the chain (16), the number of its first record (8), the hash of the
// record before (32). Then, for each record: the length of its body (4), the body, and SM3("liveroom audit record 1\n",
// body). Numbers are big endian. The body: version 1, id of the chain (16), number (8), time in Unix milliseconds (8), the
// number of the intention this is the result of or 0 (8), what came of it (1); who, act, on, from, detail, each as length
// (2) and UTF-8; the hash of the record before (32). There is one encoding of a record, and nothing else is read.
//
// A head is a line of JSON. What its signature signs is text:
//
//	liveroom audit head 1
//	chain 3f0c…
//	seq 17
//	at 1790000000000
//	record 91ab…
//
// each line ended by a newline (of a cut, "liveroom audit cut 1" is the first, and the record the last one that was removed for
// its age); the key is a SubjectPublicKeyInfo, the signature ASN.1, the signer's id the usual
// 1234567812345678, so that any tool that knows SM2 can check it.
//
// # After a crash
//
// Every write is one write and one sync. What a crash has half written is at the end of the last file, was acknowledged to
// nobody and is in no head: it is cut off at the next start, and a record says so. If anything else is wrong there, a head
// is ahead of the log for instance, nothing is repaired: a new file begins after what is missing, a record says that too,
// and Verify tells it for ever.
//
// # What becomes old
//
// Files older than Config.Keep are removed from the beginning on, after a record of the log (audit.cut) and a signed cut in
// every place say up to which record. Verify takes what is missing at the beginning for removed by the node only when all of
// that is there and fits; a file that is not what was written is never removed.
//
// # What is not promised
//
// Who can write the folder and every place of the heads can take away the latest records and their heads unseen; who holds
// the key besides can write another chain, which only a public key kept apart (Check.PublicKeys) gives away. So at least one
// of Config.HeadsFile should be where the node's account may append and nothing else. Acts noted less than a few
// milliseconds before a kill -9 may be missing.
//
// # Goroutines and overload
//
// Run starts one goroutine that writes what was noted and one that writes heads. The queue of notes holds 1,024; beyond,
// Note refuses. All methods of Log may be called from any goroutine; Do waits for the disk, twice.
package audit
