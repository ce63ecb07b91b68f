//go:build race

package chars

const racing = true
