// Package scripts turns what a viewer asked into the sentence a shop assistant would write. A Book holds the reply
// scripts: the library that ships with liveroom and, over it, the shop's own files, checked whole and swapped whole.
// Compose picks the script of an intent or topic, the first of its cases that fits what is known, and one of its
// texts, and fills the gaps. A script may hold in some rooms or for some categories alone. What may not be said is
// refused when it is loaded and passed over when a value brings it. FORMAT.md describes the files.
//
// A figure in a sentence comes from one immutable snapshot that its owner has published. The cache in front of the
// derivation remembers which snapshot a figure came from and is believed only for that very snapshot, so a reply is
// never behind what the owner had published when Compose was called. What is unknown or too old is left out; it is
// never 0.
//
// Compose may be called from any number of goroutines, before, during and after Run; without a running cache it
// derives every figure anew. Run owns two goroutines, the watcher of the directory and the cache's own; both are gone
// when it returns. Nothing queues here, so there is nothing to shed.
package scripts
