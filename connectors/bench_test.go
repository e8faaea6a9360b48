package connectors_test

import (
	"testing"

	"causeway/connectors"
	"causeway/connectors/connectortest"
	"causeway/connectors/kit"
	"causeway/core"
)

// The target is 20 µs for a message on a kind, as a mean over the corpus: fitted,
// with its notes, and rendered.
func BenchmarkRender(b *testing.B) {
	corpus := connectortest.Corpus(b)
	for _, k := range connectors.Kinds(kit.Offline(func(string) {})) {
		b.Run(k.Name, func(b *testing.B) {
			b.ReportAllocs()
			messages := 0
			for b.Loop() {
				for _, say := range corpus {
					messages += len(say)
					if _, err := core.Preview(k, say, "Please choose"); err != nil {
						b.Fatal(err)
					}
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(messages), "ns/message")
		})
	}
}
