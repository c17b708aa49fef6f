package feed

import (
	"net/url"
	"strings"

	"github.com/rollcall-go/rollcall/system/feed/client"
)

// origin is where requests go: a scheme, a host, and what is put before every path.
type origin struct{ base *url.URL }

// parseOrigin reads scheme://host, with a path where that is permitted. It does not quote the text.
func parseOrigin(text string, prefix bool) (o *origin, problem string) {
	base, err := url.Parse(text)

	switch {
	case err != nil:
		return nil, "is not a URL"
	case base.RawQuery != "" || base.ForceQuery || strings.Contains(text, "#"):
		return nil, "has a query or a fragment"
	case !prefix && strings.Trim(base.Path, "/") != "":
		return nil, "has a path"
	}

	if problem := client.URLProblem(base, "http", "https"); problem != "" {
		return nil, problem
	}

	base.Path, base.RawPath = strings.TrimSuffix(base.Path, "/"), strings.TrimSuffix(base.RawPath, "/")

	return &origin{base}, ""
}

// apply returns the URL at the origin; the URL itself where there is none.
func (o *origin) apply(u *url.URL) *url.URL {
	if o == nil {
		return u
	}

	moved := *u
	moved.Scheme, moved.Host = o.base.Scheme, o.base.Host

	if o.base.Path != "" {
		moved.RawPath = o.base.EscapedPath() + u.EscapedPath()
		moved.Path = o.base.Path + u.Path
	}

	return &moved
}
