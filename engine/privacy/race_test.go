//go:build !race

package privacy_test

// racing tells that the race detector is on: it makes pools forget, so that allocations cannot be counted.
const racing = false
