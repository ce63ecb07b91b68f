// Package nlp turns what a viewer writes into a live.Reading: what is asked (intent), in which mood (emotion), with what
// stance (sentiment), and what is named (entities).
//
// A text passes the stages of the deadline promise in order: the shop's own keyword rules, the cache of model results,
// the trained model, the linear model in pure Go, the built-in keywords. A stage that cannot answer in time, or is not
// there, yields to the next; the last one always answers. Submit never blocks and every submitted text is answered
// exactly once, at shutdown too.
//
// Sentiment comes from a part of the model of its own, where the model has one, in the same batch after the intent, and
// from the linear model where that tells it; from the average of both where both do. A model without either leaves it
// not known. When the part fails, its texts keep their intent.
//
// A new model in Config.ModelDir is taken while texts are read: one watch sees a manifest that has changed and then
// stood still for a look, and Swap opens and tries the model before it replaces the running one. A reading comes from
// one version. What is refused is told in the log, the metrics and Status, and left alone until its files change.
//
// Goroutines: Run starts one worker per core, which drains the queue into batches for the model, and two watches: one
// takes texts over for the linear model when their deadline comes near, the other looks for a new model. Keyword and
// cache hits, texts that find the queue full, and every text while the model is away are answered in the caller of
// Submit.
//
// The queue is bounded by Config.QueueLimit texts; Submit fills it, the workers drain it. When it is full the text is
// read by the linear model at once, which costs the caller some microseconds and loses nothing.
//
// The model runtime is not part of this package: a Loader, such as the one of package onnx, opens it.
package nlp
