package onnx

import (
	"errors"
	"fmt"
	"sync"

	ort "github.com/yalue/onnxruntime_go"

	"liveroom/engine/live"
	"liveroom/nlp"
)

// Open opens the trained model in dir with the library that Locate finds. It is an nlp.Loader.
func Open(dir string, m *nlp.Manifest) (nlp.Classifier, error) {
	return Loader("")(dir, m)
}

// Loader returns an nlp.Loader that uses the runtime library at a path; "" lets Locate find it. A process loads one
// library: once a model has been opened, the path no longer matters.
func Loader(library string) nlp.Loader {
	return func(dir string, m *nlp.Manifest) (nlp.Classifier, error) {
		if err := initialise(library); err != nil {
			return nil, err
		}
		model, err := m.ReadFile(dir, nlp.ModelFile)
		if err != nil {
			return nil, err
		}
		return newSession(model, m)
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
	ort.SetSharedLibraryPath(path)
	if err := ort.InitializeEnvironment(ort.WithLogLevelFatal()); err != nil {
		return fmt.Errorf("%w: load %s: %w", nlp.ErrNoRuntime, path, err)
	}
	return nil
}

const (
	inputName     = "ids"
	intentOutput  = "intent"
	emotionOutput = "emotion"
)

func newSession(model []byte, m *nlp.Manifest) (*session, error) {
	if err := checkShapes(model); err != nil {
		return nil, err
	}
	options, err := sessionOptions()
	if err != nil {
		return nil, fmt.Errorf("set session options: %w", err)
	}
	defer options.Destroy()
	inner, err := ort.NewDynamicAdvancedSessionWithONNXData(model, []string{inputName}, []string{intentOutput, emotionOutput}, options)
	if err != nil {
		return nil, fmt.Errorf("%w: open %s: %w", nlp.ErrBadModel, nlp.ModelFile, err)
	}
	return &session{
		inner:   inner,
		unknown: int64(m.Tokens.Unknown),
		size:    int64(m.Vocabulary),
		longest: roundUp(m.Tokens.MaxLen + 2*m.Tokens.Edge),
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

// checkShapes holds the graph's inputs and outputs against what we feed and read.
func checkShapes(model []byte) error {
	inputs, outputs, err := ort.GetInputOutputInfoWithONNXData(model)
	if err != nil {
		return fmt.Errorf("%w: read %s: %w", nlp.ErrBadModel, nlp.ModelFile, err)
	}
	if len(inputs) != 1 || inputs[0].Name != inputName || inputs[0].DataType != ort.TensorElementDataTypeInt64 || len(inputs[0].Dimensions) != 2 {
		return fmt.Errorf("%w: inputs are %v, want %s of 64-bit integers in two dimensions", nlp.ErrBadModel, inputs, inputName)
	}
	want := map[string]int64{intentOutput: int64(live.Intents), emotionOutput: int64(live.Emotions)}
	for _, o := range outputs {
		if width, ok := want[o.Name]; ok && o.DataType == ort.TensorElementDataTypeFloat && len(o.Dimensions) == 2 && o.Dimensions[1] == width {
			delete(want, o.Name)
		}
	}
	if len(want) > 0 {
		return fmt.Errorf("%w: outputs are %v, still want %v", nlp.ErrBadModel, outputs, want)
	}
	return nil
}
