package onnx

import (
	"errors"
	"fmt"
	"sync"

	ort "github.com/yalue/onnxruntime_go"

	"liveroom/nlp"
)

// Open opens the main trained part in dir with the library that Locate finds. It is an nlp.Loader.
func Open(dir string, m *nlp.Manifest) (nlp.Classifier, error) {
	return Loader("")(dir, m)
}

// OpenSentiment opens the part that tells sentiment. It is an nlp.Loader for a manifest with a sentiment section.
func OpenSentiment(dir string, m *nlp.Manifest) (nlp.Classifier, error) {
	return SentimentLoader("")(dir, m)
}

// Loader returns an nlp.Loader that uses the runtime library at a path; "" lets Locate find it. A process loads one
// library: once a model has been opened, the path no longer matters.
func Loader(library string) nlp.Loader { return loader(library, intentGraph) }

// SentimentLoader is Loader for the part that tells sentiment.
func SentimentLoader(library string) nlp.Loader { return loader(library, sentimentGraph) }

func loader(library string, graphOf func(*nlp.Manifest) graph) nlp.Loader {
	return func(dir string, m *nlp.Manifest) (nlp.Classifier, error) {
		if err := initialise(library); err != nil {
			return nil, err
		}
		g := graphOf(m)
		model, err := m.ReadFile(dir, g.file)
		if err != nil {
			return nil, err
		}
		return newSession(model, g, m)
	}
}

// environment is the runtime of the process. It is loaded by the first success and never unloaded, since a session
// may outlive any owner we could name.
var environment sync.Mutex

func initialise(library string) error {
	environment.Lock()
	defer environment.Unlock()
	if ort.IsInitialized() {
		return nil
	}
	path, err := Locate(library)
	if err != nil {
		return err
	}
	lean()
	ort.SetSharedLibraryPath(path)
	if err := ort.InitializeEnvironment(ort.WithLogLevelFatal()); err != nil {
		return fmt.Errorf("%w: load %s: %w", nlp.ErrNoRuntime, path, err)
	}
	return nil
}

func newSession(model []byte, g graph, m *nlp.Manifest) (*session, error) {
	if err := g.check(model); err != nil {
		return nil, err
	}
	options, err := sessionOptions()
	if err != nil {
		return nil, fmt.Errorf("set session options: %w", err)
	}
	defer options.Destroy()
	inner, err := ort.NewDynamicAdvancedSessionWithONNXData(model, g.inputs(), g.outputs(), options)
	if err != nil {
		return nil, fmt.Errorf("%w: open %s: %w", nlp.ErrBadModel, g.file, err)
	}
	trim()
	return &session{
		inner:   inner,
		graph:   g,
		unknown: int64(m.Tokens.Unknown),
		size:    int64(m.Vocabulary),
	}, nil
}

// sessionOptions asks for one thread, the caller's, that sleeps when it has nothing to do.
func sessionOptions() (*ort.SessionOptions, error) {
	o, err := ort.NewSessionOptions()
	if err != nil {
		return nil, err
	}
	err = errors.Join(
		o.SetIntraOpNumThreads(1),
		o.SetInterOpNumThreads(1),
		o.SetExecutionMode(ort.ExecutionModeSequential),
		o.SetGraphOptimizationLevel(ort.GraphOptimizationLevelEnableAll),
		o.SetLogSeverityLevel(ort.LoggingLevelFatal),
		o.AddSessionConfigEntry("session.intra_op.allow_spinning", "0"),
	)
	if err != nil {
		return nil, errors.Join(err, o.Destroy())
	}
	return o, nil
}
