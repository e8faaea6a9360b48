package main

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"runtime"
	"time"

	"github.com/gin-gonic/gin"
)

// bare is the program that Causeway is measured against, in a process of its own:
// "accept" checks a webhook's signature and answers 200; "relay" asks the bot and
// calls the provider before it answers, and keeps nothing. It prints its address,
// and ends with its input.
func bare(what string, in io.Reader, out io.Writer) error {
	gin.SetMode(gin.ReleaseMode)
	router := gin.New()
	switch what {
	case "accept":
		router.POST("/webhooks/:channel", func(c *gin.Context) { genuine(c) })
	case "relay":
		router.POST("/webhooks/:channel", newRelay().handle)
	default:
		return fmt.Errorf("there is no bare %q", what)
	}
	router.GET("/metrics", func(c *gin.Context) {
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		c.String(http.StatusOK, "%s %d\n", allocated, m.TotalAlloc)
	})
	l, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	fmt.Fprintln(out, l.Addr())
	s := &http.Server{Handler: router, ReadHeaderTimeout: 5 * time.Second}
	go func() {
		_, _ = io.Copy(io.Discard, in) // ends with the parent
		_ = s.Close()
	}()
	if err := s.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serve: %w", err)
	}
	return nil
}

// genuine reads the body and checks its signature, and answers 401 or 200.
func genuine(c *gin.Context) ([]byte, bool) {
	body, err := io.ReadAll(io.LimitReader(c.Request.Body, 1<<20))
	mac := hmac.New(sha256.New, []byte(appSecret))
	mac.Write(body)
	var sum [sha256.Size]byte
	want := make([]byte, hex.EncodedLen(sha256.Size))
	hex.Encode(want, mac.Sum(sum[:0]))
	got := c.GetHeader("X-Hub-Signature-256")
	if err != nil || len(got) != len(want)+len("sha256=") || !hmac.Equal(want, []byte(got[len("sha256="):])) {
		c.Status(http.StatusUnauthorized)
		return nil, false
	}
	c.Status(http.StatusOK)
	return body, true
}

// relay hands a message to the bot and its answer to the provider.
type relay struct{ client *http.Client }

func newRelay() *relay {
	return &relay{client: &http.Client{Timeout: 30 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: 4096}}}
}

func (r *relay) handle(c *gin.Context) {
	body, ok := genuine(c)
	if !ok {
		return
	}
	if err := r.turn(c.Request.Context(), body, c.GetHeader(stubsHeader)); err != nil {
		c.Status(http.StatusBadGateway)
	}
}

func (r *relay) turn(ctx context.Context, body []byte, stubs string) error {
	var call envelope
	if err := json.Unmarshal(body, &call); err != nil {
		return fmt.Errorf("read the webhook: %w", err)
	}
	value := call.Entry[0].Changes[0].Value
	said := value.Messages[0]
	question := map[string]any{
		"botId": "helper", "key": said.ID, "from": said.From, "message": said.Text.Body, "groupId": 1, "metadata": map[string]any{},
		"contentType": 0, "applicationKey": "acme", "source": 1, "eventName": "", "createdAt": 1,
	}
	var answers []struct {
		Message string `json:"message"`
	}
	if err := r.post(ctx, stubs+"/bot", question, &answers); err != nil {
		return err
	}
	for _, a := range answers {
		message := map[string]any{
			"messaging_product": "whatsapp", "recipient_type": "individual", "to": said.From, "type": "text", "text": map[string]any{"body": a.Message},
		}
		if err := r.post(ctx, stubs+"/graph/v25.0/"+value.Metadata.ID+"/messages", message, nil); err != nil {
			return err
		}
	}
	return nil
}

func (r *relay) post(ctx context.Context, url string, body, into any) error {
	data, err := json.Marshal(body)
	if err != nil {
		return fmt.Errorf("write the call: %w", err)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(data))
	if err != nil {
		return fmt.Errorf("write the call: %w", err)
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := r.client.Do(req)
	if err != nil {
		return fmt.Errorf("call: %w", err)
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err != nil || into == nil {
		return err
	}
	return json.Unmarshal(answer, into)
}
