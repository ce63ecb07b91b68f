package live

import "sync/atomic"

// RecordKind says what a Record makes durable.
type RecordKind uint8

// The kinds of records.
const (
	// RecordAccepted is an event taken into our care: Event, Session and Received are set.
	RecordAccepted RecordKind = iota + 1
	// RecordClosed is the one outcome of an accepted event: Key, Outcome, Reason, Joined, Frame, Session and State are set.
	RecordClosed
	// RecordSnapshot replaces everything known of a user up to here by State.
	RecordSnapshot
	// RecordFact is an event without a user's outcome that must last: stock, order, rate, seat acts.
	RecordFact
	// RecordReservation is a reservation as it stands from here on: User and Reservation are set.
	RecordReservation
)

// Record is one durable entry of the journal. It is immutable once submitted.
type Record struct {
	Kind    RecordKind
	Block   uint64    // journal block that holds it; set by storage when read back, 0 before
	User    UserKey   // zero for facts of a shop or room
	Session SessionID // the link that carried the event, "" when none
	// Received is when the event reached us, in Unix milliseconds.
	Received int64

	Event *Event // accepted and fact

	Reservation *Reservation // reservation

	Key     EventKey // closed: what it closes
	Outcome Outcome
	Reason  Reason
	Joined  ReplyID
	// Frame is the encoded reply, outcome or error that told the sender, byte for byte, so that a repetition
	// brings the same frame again.
	Frame []byte
	// State is the user's saved state: whole for a snapshot, what changes from message to message for closed.
	State []byte
}

// Lease ties a user actor's records together: once a commit of one has failed, every later record under the same
// lease fails too, so that storage never holds what was built on something lost. One lease is one incarnation.
type Lease struct {
	broken atomic.Bool
}

// Break makes every later submission under the lease fail. The store calls it when a commit fails.
func (l *Lease) Break() { l.broken.Store(true) }

// Broken tells whether a commit under the lease has failed.
func (l *Lease) Broken() bool { return l != nil && l.broken.Load() }

// Entry hands records to the journal in one piece: all of them are durable together or none is. Records and State are the
// journal's until Done is called, and the submitter's again then.
type Entry struct {
	Records []Record
	Lease   *Lease // nil for records that nothing builds on
	// Done is called exactly once, in the order of submission, after the group commit: with the block that holds
	// the records, never 0, or with the error that kept them out. It runs on the journal's goroutine and must not block.
	Done func(block uint64, err error)
}
