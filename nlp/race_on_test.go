//go:build race

package nlp

const racing = true
