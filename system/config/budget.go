package config

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/rollcall-go/rollcall/messages"
	"github.com/rollcall-go/rollcall/system/feed"
	"github.com/rollcall-go/rollcall/system/secret"
)

// Budget is what some vendors may spend together, because a provider counts their requests together.
type Budget struct {
	// Name is `limits.key`, or the host and a number, such as api.example.com#1.
	Name string
	// Vendors spend from it, in the order of the file.
	Vendors []messages.Vendor
	// Windows are its limits: of those of the same length, the tightest that one of the vendors has. Empty if a name has no limits.
	Windows []Window
}

// account tells budgets apart: a digest of a name, or of host and credentials. It is compared, never shown.
type account [sha256.Size]byte

// Budgets are the budgets of all vendors, in the order in which the file first has them. A vendor without limits of its own belongs to the
// budget of those that have the same host and credentials.
func (c Config) Budgets() []Budget {
	var budgets []Budget

	at := make(map[string]int)

	for i := range c.Vendors {
		vendor := &c.Vendors[i]
		if vendor.Budget == "" {
			continue
		}

		index, known := at[vendor.Budget]
		if !known {
			index = len(budgets)
			at[vendor.Budget] = index
			budgets = append(budgets, Budget{Name: vendor.Budget})
		}

		budget := &budgets[index]
		budget.Vendors = append(budget.Vendors, vendor.Name)
		budget.Windows = tightest(append(budget.Windows, vendor.Limits.Windows()...))
	}

	return budgets
}

// KeepBudgets gives the budgets that were there before the names they had, so that what was spent is not forgotten when a configuration is
// read anew.
func (c Config) KeepBudgets(before Config) {
	names := make(map[account]string, len(before.Vendors))

	for i := range before.Vendors {
		if vendor := &before.Vendors[i]; vendor.Budget != "" {
			names[accountOf(vendor)] = vendor.Budget
		}
	}

	nameBudgets(c.Vendors, names)
}

// nameBudgets gives each vendor the name of its budget. Those that have a name keep it; others get the first free number of their host.
func nameBudgets(vendors []Vendor, names map[account]string) {
	accounts := make([]account, len(vendors))
	limited := make(map[account]bool)

	for i := range vendors {
		accounts[i] = accountOf(&vendors[i])
		if vendors[i].Limits != (Limits{}) {
			limited[accounts[i]] = true
		}
	}

	taken := make(map[string]bool)
	kept := make(map[account]string, len(limited))

	for account := range limited {
		if name, is := names[account]; is {
			kept[account] = name
			taken[name] = true
		}
	}

	for i := range vendors {
		vendors[i].Budget = ""

		if !limited[accounts[i]] {
			continue
		}

		name, is := kept[accounts[i]]
		if !is {
			name = freeName(&vendors[i], taken)
			kept[accounts[i]] = name
			taken[name] = true
		}

		vendors[i].Budget = name
	}
}

func freeName(vendor *Vendor, taken map[string]bool) string {
	if vendor.Limits.Key != "" {
		return vendor.Limits.Key
	}

	address, path := addressOf(&vendor.Feed)
	if written, is := vendor.written[path]; is {
		address = written // what a reference brought in is not shown
	}

	for number := 1; ; number++ {
		if name := hostOf(address) + "#" + strconv.Itoa(number); !taken[name] {
			return name
		}
	}
}

// accountOf is whose budget a vendor spends: that with its key, or that of its host and credentials.
func accountOf(vendor *Vendor) account {
	if vendor.Limits.Key != "" {
		return sha256.Sum256([]byte("key\x00" + vendor.Limits.Key))
	}

	address, _ := addressOf(&vendor.Feed)
	parts := append([]string{"host", hostOf(address)}, credentials(&vendor.Feed)...)

	return sha256.Sum256([]byte(strings.Join(parts, "\x00")))
}

// BudgetDigest tells the budget that the vendor spends from apart from others, over restarts and whatever its name is: a digest of its key, or of its
// host and credentials, in hex. It is keyed with a salt, so that it cannot be tried out whose it is.
func (v Vendor) BudgetDigest(salt []byte) string {
	whose := accountOf(&v)
	mac := hmac.New(sha256.New, salt)
	_, _ = mac.Write(whose[:]) // a hash takes everything

	return hex.EncodeToString(mac.Sum(nil))
}

// hostOf is the host of the first URL, in small letters, with its port if it names one.
func hostOf(address string) string {
	if _, rest, has := strings.Cut(address, "://"); has {
		address = rest
	}

	if end := strings.IndexAny(address, "/?#"); end >= 0 {
		address = address[:end]
	}

	return strings.ToLower(address)
}

// addressOf is the URL that says whose vendor it is, and its path in the definition.
func addressOf(definition *feed.Definition) (address, path string) {
	switch stream := &definition.Stream; {
	case definition.URL != "":
		return definition.URL, "url"
	case strings.HasPrefix(stream.URL, "{"): // the bootstrap's answer gives it
		return stream.Bootstrap.URL, "stream.bootstrap.url"
	default:
		return stream.URL, "stream.url"
	}
}

// credentials are the values by which the provider knows whose requests they are, sorted, each once. Templates stand for secrets, which are
// among them anyway.
func credentials(definition *feed.Definition) []string {
	values := make(map[string]bool)

	add := func(value string) {
		if value != "" && !strings.Contains(value, "{") {
			values[value] = true
		}
	}

	for _, value := range definition.Secrets {
		values[value.Reveal()] = true
	}

	auth := &definition.Auth
	for _, value := range []secret.Secret{auth.Bearer, auth.Basic.User, auth.Basic.Password, auth.OAuth2.ID, auth.OAuth2.Secret, auth.HMAC.Key} {
		add(value.Reveal())
	}

	for _, named := range []map[string]secret.Secret{definition.Headers, definition.Query, definition.Stream.Headers, definition.Stream.Query} {
		for name, value := range named {
			if isCredential(name) {
				add(value.Reveal())
			}
		}
	}

	for _, value := range queryCredentials(definition.URL) {
		add(value)
	}

	return slices.Sorted(maps.Keys(values))
}

// queryCredentials are the values in a URL's own query that look like credentials.
func queryCredentials(text string) []string {
	_, query, _ := strings.Cut(text, "?")

	var found []string

	for pair := range strings.SplitSeq(query, "&") {
		name, value, _ := strings.Cut(pair, "=")
		if isCredential(name) {
			if plain, err := url.QueryUnescape(value); err == nil {
				value = plain
			}

			found = append(found, value)
		}
	}

	return found
}

// isCredential guesses from a header's or query value's name whether it holds one.
func isCredential(name string) bool {
	name = strings.ToLower(name)

	return slices.ContainsFunc([]string{"key", "token", "auth", "secret", "appid", "app_id", "client", "password", "user"}, func(part string) bool {
		return strings.Contains(name, part)
	}) && name != "user-agent"
}
