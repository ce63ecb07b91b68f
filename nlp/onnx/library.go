//go:build onnxruntime_library

package onnx

// The module below carries libonnxruntime.so inside its zip. Nothing links it: the blank import, under a tag that
// no build sets, only keeps the module in go.mod and go.sum, so that `go mod download` is the whole install.
import _ "github.com/k2-fsa/sherpa-onnx-go-linux"
