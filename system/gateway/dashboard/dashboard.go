// Package dashboard is the web page at /: prices, vendors, rounds, actors and the record, live in a browser.
//
// The page is plain ES modules and style sheets below assets/, as they are served: nothing is built, and nothing comes from another host. It
// draws with Preact and htm, and its charts with uPlot; both are kept below assets/vendor with their licences (see its README). It works under
// the content policy of package access: no inline script, no inline style, and names from vendors reach the page as text only.
//
// Assets have the digest of all of them in their path, so that a browser keeps them for good and never mixes two versions. The page itself is
// asked for again each time. What is served holds no data: everything shown comes from the API, with the token of who looks.
package dashboard

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"io/fs"
	"net/http"
	"path"
	"strings"

	"github.com/rollcall-go/rollcall/system/gateway/problem"
)

//go:embed assets
var assets embed.FS

// Prefix is the path below which the page's assets are.
const Prefix = "/assets/"

// How long a browser may keep what it got.
const (
	keepForGood = "public, max-age=31536000, immutable"
	askAgain    = "no-cache"
)

// page is what is served, by path.
type page struct{ files map[string]*file }

// New returns the handler of / and of everything below Prefix.
func New() http.Handler {
	names, bodies := read()
	base := Prefix + digest(names, bodies)
	p := &page{files: make(map[string]*file, len(names))}

	var preloads strings.Builder

	for _, name := range names {
		if name == "index.html" {
			continue
		}

		p.files[base+"/"+name] = newFile(name, keepForGood, bodies[name])

		if path.Ext(name) == ".js" && path.Dir(name) != "vendor" && path.Dir(name) != "." {
			preloads.WriteString(`<link rel="modulepreload" href="` + base + "/" + name + "\">\n")
		}
	}

	index := strings.NewReplacer("{{assets}}", base, "{{preloads}}", preloads.String()).Replace(string(bodies["index.html"]))
	p.files["/"] = newFile("index.html", askAgain, []byte(index))

	return p
}

// ServeHTTP implements http.Handler.
func (p *page) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if f, is := p.files[r.URL.Path]; is {
		f.serve(w, r)
	} else {
		problem.NotFound(w, r)
	}
}

// read returns the assets' names, sorted, and what is in them.
func read() ([]string, map[string][]byte) {
	var names []string

	bodies := make(map[string][]byte)

	err := fs.WalkDir(assets, "assets", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}

		body, err := assets.ReadFile(name)
		short := strings.TrimPrefix(name, "assets/")
		names, bodies[short] = append(names, short), body

		return err //nolint:wrapcheck // there is none: the files are part of the program
	})
	if err != nil {
		panic(err) // the files are part of the program
	}

	return names, bodies
}

// digest is the version of all assets together.
func digest(names []string, bodies map[string][]byte) string {
	hash := sha256.New()
	for _, name := range names {
		hash.Write([]byte(name + "\x00"))
		hash.Write(bodies[name])
	}

	const enough = 8

	return hex.EncodeToString(hash.Sum(nil)[:enough])
}
