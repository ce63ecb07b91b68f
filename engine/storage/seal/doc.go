// Package seal keeps what is stored unreadable to whoever has the storage: everything is sealed with SM4-GCM (GM/T 0002,
// RFC 8998) under a data key, data keys are wrapped under a master key that is kept elsewhere, and what must be found again
// by a personal value is found by an SM3-HMAC of it.
//
// # Keys
//
// A Master (a file, or the environment), a Command (a program that asks for it elsewhere) or any other KeyService wraps and unwraps data keys; wrapped they stand in a table,
// one Row each. A Keyring holds the data keys of one store. It seals only under a key that it made itself: a new one at each
// start, and another at each Rotate. Keys of earlier starts only open. So no nonce is used twice, whatever was restored from
// a backup or lost in a crash, though a nonce is but a counter.
//
// One more key, of purpose "index", is made with the store and never changed, since everything is looked up by it.
//
// # What is sealed
//
//	version  1 byte, 2
//	nonce   12 bytes: id of the data key, 4 bytes, and a counter, 8 bytes, both big endian
//	SM4-GCM ciphertext, as long as the plain text
//	tag     16 bytes
//
// The associated data is the Place: table, sequence number and row. Something moved to another place does not open there.
//
// # What is not promised
//
// The keys in use stand in the memory of the process; who reads that, reads everything. A row put back to what it was at an
// earlier time, with its sequence number, opens.
//
// All methods of a Keyring may be called from any goroutine.
package seal
