//go:build !race

package actors

const raced = false // whether the race detector watches, which makes everything ten times slower
