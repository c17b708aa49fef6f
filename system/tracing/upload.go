package tracing

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	tracepb "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/proto"

	"github.com/rollcall-go/rollcall/system/secret"
)

// Errors of an endpoint, and of a collector that answers but does not take what it gets.
var (
	ErrEndpoint = errors.New("the endpoint is not the http or https address of a collector")
	ErrRefused  = errors.New("the collector refuses")
)

const (
	defaultPath   = "/v1/traces"
	mediaProtobuf = "application/x-protobuf"
	maxAnswer     = 64 << 10 // read of an answer, so that its connection can be used again
	idleLimit     = 90 * time.Second
)

// upload sends spans as OTLP over HTTP. It implements otlptrace.Client.
type upload struct {
	url     string
	headers map[string]secret.Secret
	client  *http.Client
}

func newUpload(settings *Settings) (*upload, error) {
	endpoint, err := url.Parse(settings.Endpoint)
	if err != nil || (endpoint.Scheme != "http" && endpoint.Scheme != "https") || endpoint.Host == "" ||
		endpoint.User != nil || endpoint.RawQuery != "" || endpoint.Fragment != "" {
		return nil, ErrEndpoint // it may hold credentials: it is not repeated
	}

	if endpoint.Path == "" || endpoint.Path == "/" {
		endpoint.Path = defaultPath
	}

	return &upload{
		url: endpoint.String(), headers: settings.Headers,
		client: &http.Client{
			Transport:     &http.Transport{MaxIdleConns: 1, MaxConnsPerHost: 1, ForceAttemptHTTP2: true, IdleConnTimeout: idleLimit},
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }, // the headers are for nobody else
		},
	}, nil
}

// Start implements otlptrace.Client.
func (*upload) Start(context.Context) error { return nil }

// Stop implements otlptrace.Client.
func (u *upload) Stop(context.Context) error {
	u.client.CloseIdleConnections()

	return nil
}

// UploadTraces implements otlptrace.Client. It asks once: the next round is more interesting than the one before.
func (u *upload) UploadTraces(ctx context.Context, spans []*tracepb.ResourceSpans) error {
	body, err := encode(spans)
	if err != nil {
		return err
	}

	request, err := http.NewRequestWithContext(ctx, http.MethodPost, u.url, body)
	if err != nil {
		return ErrEndpoint
	}

	request.Header.Set("Content-Type", mediaProtobuf)
	request.Header.Set("Content-Encoding", "gzip")
	request.Header.Set("User-Agent", "rollcall")

	for name, value := range u.headers {
		request.Header.Set(name, value.Reveal())
	}

	response, err := u.client.Do(request)
	if err != nil {
		return fmt.Errorf("collector: %w", err)
	}

	_, _ = io.CopyN(io.Discard, response.Body, maxAnswer) // what it says is not shown to anybody
	_ = response.Body.Close()

	if response.StatusCode < http.StatusOK || response.StatusCode >= http.StatusMultipleChoices {
		return fmt.Errorf("%w: status %d", ErrRefused, response.StatusCode)
	}

	return nil
}

// encode makes an export request. It has the wire format of tracepb.TracesData; the type with its own name brings gRPC with it.
func encode(spans []*tracepb.ResourceSpans) (*bytes.Buffer, error) {
	message, err := proto.Marshal(&tracepb.TracesData{ResourceSpans: spans})
	if err != nil {
		return nil, fmt.Errorf("encoding spans: %w", err)
	}

	body := new(bytes.Buffer)
	packed := gzip.NewWriter(body)
	_, _ = packed.Write(message) // a buffer takes everything

	if err := packed.Close(); err != nil {
		return nil, fmt.Errorf("encoding spans: %w", err)
	}

	return body, nil
}
