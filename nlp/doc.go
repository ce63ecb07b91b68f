// Package nlp turns what a viewer writes into a live.Reading: what is asked (intent), in which mood (emotion), and
// what is named (entities).
//
// A text passes the stages of the deadline promise in order: the shop's own keyword rules, the cache of model results,
// the trained model, the linear model in pure Go, the built-in keywords. A stage that cannot answer in time, or is not
// there, yields to the next; the last one always answers. Submit never blocks and every submitted text is answered
// exactly once, at shutdown too.
//
// Goroutines: Run starts one worker per core, which drains the queue into batches for the model, and one watch, which
// takes texts over for the linear model when their deadline comes near. Keyword and cache hits, texts that find the
// queue full, and every text while the model is away are answered in the caller of Submit.
//
// The queue is bounded by Config.QueueLimit texts; Submit fills it, the workers drain it. When it is full the text is
// read by the linear model at once, which costs the caller some microseconds and loses nothing.
//
// The model runtime is not part of this package: a Loader, such as the one of package onnx, opens it.
package nlp
