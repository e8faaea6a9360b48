//go:build race

package lanes

// The detector makes SQLite, which is Go here, ten times slower; what tries all orders has one goroutine, and is run
// without it.
const raceDetector = true
