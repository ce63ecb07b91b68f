// Package live holds the words of a live room as types: who speaks, what happened, what it was taken to mean, how it
// ended. Every part of liveroom speaks these words to its neighbours; the package imports nothing of ours, starts
// nothing and stores nothing.
package live
