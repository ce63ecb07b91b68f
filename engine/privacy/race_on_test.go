//go:build race

package privacy_test

const racing = true
