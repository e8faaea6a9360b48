package main

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// healthyTime is for the whole question; who asks, asks again soon.
const healthyTime = 5 * time.Second

// healthy asks a running server whether it takes on work, and exits 1 if it does
// not: for containers, which have no other program to ask with.
func healthy(ctx context.Context, std streams, args []string) error {
	f := flags(std, "healthy")
	url := f.String("url", "http://127.0.0.1:8080", "where the server listens")
	if err := parse(f, args, 0); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, healthyTime)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, strings.TrimRight(*url, "/")+"/readyz", nil)
	if err != nil {
		return fmt.Errorf("-url makes no request: %w", err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return fmt.Errorf("the server does not answer: %w", err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("the server is not ready: %s", resp.Status)
	}
	return nil
}
