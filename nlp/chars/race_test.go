//go:build !race

package chars

// racing tells that the race detector is on: it makes pools forget, so that allocations cannot be counted.
const racing = false
