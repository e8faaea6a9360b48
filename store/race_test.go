//go:build race

package store

// The detector makes SQLite, which is Go here, ten times slower; what plays many orders is run
// without it.
const raceDetector = true
