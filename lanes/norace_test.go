//go:build !race

package lanes

const raceDetector = false
