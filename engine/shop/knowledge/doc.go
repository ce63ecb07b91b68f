// Package knowledge holds a shop's questions and answers and finds the one that fits a text: by the exact question, by a
// tag of an entry for the intent and product asked about, or by how much the texts have in common.
//
// A Base is immutable and safe for any number of readers; an update makes another one, in which every entry knows its
// version and what it said before. The package starts no goroutine, opens no file and reads no clock.
package knowledge
