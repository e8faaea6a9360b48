package kit_test

import (
	"testing"

	"causeway/connectors/kit"
)

func TestFetchable(t *testing.T) {
	for link, want := range map[string]bool{
		"https://cdn.example.com/a.jpg":   true,
		"https://cdn.example.com:8443/a":  true,
		"https://8.8.8.8/a.jpg":           true,
		"https://[2606:4700::1111]/a":     true,
		"http://cdn.example.com/a.jpg":    false,
		"https://127.0.0.1/a.jpg":         false,
		"https://10.1.2.3/a.jpg":          false,
		"https://192.168.0.7:8080/a":      false,
		"https://169.254.169.254/a":       false,
		"https://0.0.0.0/a":               false,
		"https://[::1]/a":                 false,
		"https://[fd00::1]/a":             false,
		"https://localhost/a":             false,
		"https://LOCALHOST./a":            false,
		"https://media/a":                 false,
		"https://nas.local/a":             false,
		"https://chat.internal/a":         false,
		"https://localhost.example.com/a": true,
		"ftp://cdn.example.com/a":         false,
		"":                                false,
		"https://%zz":                     false,
	} {
		if got := kit.Fetchable(link); got != want {
			t.Errorf("%s: %v, want %v", link, got, want)
		}
	}
}
