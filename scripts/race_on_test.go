//go:build race

package scripts

const raceDetector = true
