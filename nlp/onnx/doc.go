// Package onnx runs a model of package nlp on ONNX Runtime. The runtime's library is found when a model is opened, so
// that no build and no start depends on it: where it is missing, opening says so and the service reads texts without.
//
// The runtime is loaded once in a process and stays. Each model is one session; any number of goroutines may classify
// on it, each on one thread of its own, with tensors that are made once and used again.
package onnx
