//go:build race

package actors

const raced = true // whether the race detector watches, which makes everything ten times slower
