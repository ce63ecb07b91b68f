//go:build race

package main

// raced tells whether the race detector watches.
const raced = true
