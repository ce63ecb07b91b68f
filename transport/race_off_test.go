//go:build !race

package transport_test

const raced = false // whether the race detector watches, which allocates
