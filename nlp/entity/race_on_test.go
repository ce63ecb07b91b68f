//go:build race

package entity_test

const racing = true
