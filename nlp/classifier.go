package nlp

import "liveroom/engine/live"

// Scores are one text's logits, in the order of live's intents, emotions and sentiments: place i is the label i+1.
type Scores struct {
	Intent    [live.Intents]float32
	Emotion   [live.Emotions]float32
	Sentiment [live.Sentiments]float32
}

// Classifier is what a trained model must meet: the main one, which fills Intent and Emotion, and the one for
// sentiment, which fills Sentiment, and the others too where its manifest says that it votes. Else each leaves the
// other's places alone.
type Classifier interface {
	// Classify scores every sequence of token ids of the batch into the place of the same index in out, which is at
	// least as long. Sequences may differ in length; a score must not depend on its neighbours. On an error nothing
	// in out counts. It is safe for concurrent use, and keeps neither argument.
	Classify(batch [][]int32, out []Scores) error
	// Close releases the model. It is called once, after the last Classify has returned.
	Close() error
}

// Loader opens a trained part of the model in a directory whose manifest has been read. An error that wraps ErrNoRuntime says that the
// model may be good but nothing here can run it.
type Loader func(dir string, m *Manifest) (Classifier, error)
