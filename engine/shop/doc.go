// Package shop holds what a shop knows: its catalogue, the ledger of its stock, the live numbers of its rooms and the
// profiles of its customers. Its folders hold the knowledge base and the reading of files.
//
// A Catalogue is immutable and checked whole. A Ledger is the one owner of a shop's stock and Rooms the one owner of the
// rooms' counts: both publish immutable, versioned snapshots that readers take without a lock. What is not known is
// absent, never 0.
//
// The Ledger also holds pieces for users, see Reserve: never more than there are, whoever races. Reservations end by
// themselves, turn into orders, and are made durable by the caller.
//
// Nothing here runs on its own: the package starts no goroutine, opens no file and reads no clock. Queues there are none;
// Rooms refuses rooms beyond its limit with an overloaded fault.
package shop
