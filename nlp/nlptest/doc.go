// Package nlptest stands in for the trained model in tests: a model directory whose files pass every check, and a
// classifier over it that answers as it is told, stalls until it is released, and fails on demand.
package nlptest
