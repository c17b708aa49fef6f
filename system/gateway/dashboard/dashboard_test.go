package dashboard_test

import (
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/rollcall-go/rollcall/system/gateway/dashboard"
)

// ask returns the answer to a request, headers given as name and value in turn.
func ask(t *testing.T, target string, headers ...string) *httptest.ResponseRecorder {
	t.Helper()

	request := httptest.NewRequestWithContext(t.Context(), http.MethodGet, target, http.NoBody)
	for i := 0; i < len(headers); i += 2 {
		request.Header.Set(headers[i], headers[i+1])
	}

	recorder := httptest.NewRecorder()
	dashboard.New().ServeHTTP(recorder, request)

	return recorder
}

func text(t *testing.T, r io.Reader) string {
	t.Helper()

	body, err := io.ReadAll(r)
	require.NoError(t, err)

	return string(body)
}

// named are the assets that the page names.
func named(t *testing.T) []string {
	t.Helper()

	response := ask(t, "/")
	require.Equal(t, http.StatusOK, response.Code)

	var found []string
	for _, match := range regexp.MustCompile(`(?:href|src)="([^"]+)"`).FindAllStringSubmatch(text(t, response.Body), -1) {
		found = append(found, match[1])
	}

	require.NotEmpty(t, found)

	return found
}

func TestVendoredFilesAreWhatTheirAuthorsPublish(t *testing.T) {
	t.Parallel()

	table, err := os.ReadFile(filepath.Join("assets", "vendor", "README.md"))
	require.NoError(t, err)

	files, err := os.ReadDir(filepath.Join("assets", "vendor"))
	require.NoError(t, err)

	for _, file := range files {
		if ext := path.Ext(file.Name()); ext != ".js" && ext != ".css" {
			continue
		}

		body, err := os.ReadFile(filepath.Join("assets", "vendor", file.Name()))
		require.NoError(t, err)

		sum := sha256.Sum256(body)
		row := regexp.MustCompile(`(?m)^\| ` + regexp.QuoteMeta(file.Name()) + ` \|.*\| ` + hex.EncodeToString(sum[:]) + ` \|$`)
		assert.Regexp(t, row, string(table), "%s is not what the table says", file.Name())
	}
}

func TestThePageIsAskedForAgainAndItsAssetsAreKept(t *testing.T) {
	t.Parallel()

	index := ask(t, "/")
	assert.Equal(t, "text/html; charset=utf-8", index.Header().Get("Content-Type"))
	assert.Equal(t, "no-cache", index.Header().Get("Cache-Control"))
	assert.NotContains(t, text(t, index.Body), "{{")
	assert.Equal(t, http.StatusNotModified, ask(t, "/", "If-None-Match", index.Header().Get("Etag")).Code)

	kinds := map[string]string{
		".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8", ".svg": "image/svg+xml",
	}

	for _, asset := range named(t) {
		response := ask(t, asset)
		assert.Equal(t, http.StatusOK, response.Code, asset)
		assert.Equal(t, kinds[path.Ext(asset)], response.Header().Get("Content-Type"), asset)
		assert.Contains(t, response.Header().Get("Cache-Control"), "immutable", asset)
		assert.Equal(t, http.StatusNotModified, ask(t, asset, "If-None-Match", response.Header().Get("Etag")).Code, asset)
	}
}

func TestAssetsAreCompressedForWhoReadsIt(t *testing.T) {
	t.Parallel()

	asset := named(t)[1]
	plain := ask(t, asset)
	zipped := ask(t, asset, "Accept-Encoding", "br, gzip;q=0.8")

	assert.Equal(t, "gzip", zipped.Header().Get("Content-Encoding"))
	assert.NotEqual(t, plain.Header().Get("Etag"), zipped.Header().Get("Etag"))
	assert.Equal(t, "Accept-Encoding", plain.Header().Get("Vary"))

	unzipped, err := gzip.NewReader(zipped.Body)
	require.NoError(t, err)
	assert.Equal(t, text(t, plain.Body), text(t, unzipped))

	assert.Empty(t, ask(t, asset, "Accept-Encoding", "gzip;q=0").Header().Get("Content-Encoding"))
}

// X04.
func TestNothingElseIsServed(t *testing.T) {
	t.Parallel()

	base, _, _ := strings.Cut(strings.TrimPrefix(named(t)[0], dashboard.Prefix), "/")

	for _, target := range []string{
		"/assets/", "/assets/main.js", "/assets/" + base, "/assets/" + base + "/", "/assets/" + base + "/css", "/assets/" + base + "/index.html",
		"/assets/0000000000000000/main.js", "/assets/" + base + "/../dashboard.go", "/index.html", "/favicon.ico",
	} {
		assert.Equal(t, http.StatusNotFound, ask(t, target).Code, target)
	}
}

// X07: what the content policy forbids, and what could bring markup into the page, is not in the sources to begin with.
func TestSourcesKeepToThePolicy(t *testing.T) {
	t.Parallel()

	forbidden := regexp.MustCompile(`innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|\sstyle="|\son[a-z]+="|https?://`)
	names, err := filepath.Glob("assets/*/*.js")
	require.NoError(t, err)

	for _, name := range append(names, "assets/index.html", "assets/main.js", "assets/early.js") {
		if strings.Contains(name, "vendor") {
			continue
		}

		body, err := os.ReadFile(name)
		require.NoError(t, err)

		for line := range strings.Lines(string(body)) {
			if !strings.HasPrefix(strings.TrimSpace(line), "//") {
				assert.NotRegexp(t, forbidden, line, name)
			}
		}
	}
}
