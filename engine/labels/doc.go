// Package labels keeps what people say that messages of rooms mean: a correction of what the engine read in a dialogue, or
// a label for a line that it did not understand. They are what a model of the shop's own is trained on next.
//
// A message has one label, the latest, until somebody withdraws it; who gave which before stands in the audit log. Labels hold what people wrote, and
// so are sealed where they are kept, go with a backup, and are erased with the person: see [Shelf]. What leaves by
// [Book.Export] is masked by whoever asks for it.
//
// The package has no goroutines, and its methods may be called from any.
package labels
