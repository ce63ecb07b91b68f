// Package rush is buyers who race for the few pieces of one SKU: each asks, takes up the offer, confirms what is held for
// it, and asks again while none is left. It decides what each says next, remembers what each was told, and compares that
// with what the server's ledger says. It does no I/O and reads no clock; all instants are offsets from the start of the
// load.
package rush
