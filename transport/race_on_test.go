//go:build race

package transport_test

const raced = true // whether the race detector watches, which allocates
