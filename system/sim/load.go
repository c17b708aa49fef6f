package sim

import (
	"errors"
	"fmt"
	"time"

	"go.yaml.in/yaml/v4"
)

// Sample is a commented configuration that Load accepts.
const Sample = `# A vendor simulator: rollcall sim -c FILE
listen: 127.0.0.1:9090        # port 0 picks a free one
seed: 1                       # the same seed gives the same prices
vendors:
  equities:                   # http://127.0.0.1:9090/v1/equities/quotes?symbols=AAPL,MSFT
    class: equities
    latency: 200ms            # to each answer ...
    jitter: 50ms              # ... plus up to this much
    walk: 200ppm              # the most a price moves per answer: parts per million, or a decimal
    instruments:
      AAPL: 185.20            # the first price; its number of decimals is kept
      MSFT: {start: 412.75, step: 0.05}
    faults:                   # what goes wrong; edits add up, then the first other fault that is due answers
      - status=503 every=10
      - stale=10m chance=0.05
  forex:
    class: forex
    instruments: {EUR/USD: 1.08450, USD/JPY: 154.320}
    faults: [hang after=1m for=30s]
  kraken:                     # http://127.0.0.1:9090/kraken, for "at" of a configuration
    play: kraken              # what a definition has recorded: a shipped one, ./mine.yaml, or 'kraken:rate limited' for one example
    faults: [rate-limited=17s every=10]
`

// fileSettings is the shape of a configuration file. Mappings whose order counts stay nodes.
type fileSettings struct {
	Listen  string    `yaml:"listen"`
	Seed    uint64    `yaml:"seed"`
	Vendors yaml.Node `yaml:"vendors"`
}

type fileVendor struct {
	Class       string      `yaml:"class"`
	Play        yaml.Node   `yaml:"play"`
	Latency     string      `yaml:"latency"`
	Jitter      string      `yaml:"jitter"`
	Walk        string      `yaml:"walk"`
	Instruments yaml.Node   `yaml:"instruments"`
	Faults      []yaml.Node `yaml:"faults"`
}

type fileInstrument struct {
	Start string `yaml:"start"`
	Step  string `yaml:"step"`
}

// Load reads settings from YAML; Sample shows the shape. Definitions to be played are read from their files, relative to that of the settings. The
// error lists every mistake as file:line:column: what is wrong.
func Load(data []byte, file string) (Settings, error) {
	l := loader{file: file}

	var raw fileSettings

	l.add(nil, yaml.Load(data, &raw, yaml.WithKnownFields()))

	settings := Settings{Listen: raw.Listen, Seed: raw.Seed}

	l.each(&raw.Vendors, "vendors", func(name, value *yaml.Node) {
		settings.Vendors = append(settings.Vendors, l.vendor(name, value))
	})

	if len(settings.Vendors) == 0 && len(l.problems) == 0 {
		l.problem(&raw.Vendors, errors.New("no vendors"))
	}

	if err := errors.Join(l.problems...); err != nil {
		return Settings{}, err
	}

	if _, err := settings.compile(); err != nil {
		return Settings{}, fmt.Errorf("%s: %w", file, err)
	}

	return settings, nil
}

// loader collects the mistakes in a file.
type loader struct {
	file     string
	problems []error
}

// problem notes a mistake at a node.
func (l *loader) problem(node *yaml.Node, err error) {
	l.problems = append(l.problems, fmt.Errorf("%s:%d:%d: %w", l.file, max(node.Line, 1), max(node.Column, 1), err))
}

// add notes the mistakes the YAML library found in the file, or in a node of it.
func (l *loader) add(node *yaml.Node, err error) {
	if err == nil {
		return
	}

	if many, ok := errors.AsType[*yaml.LoadErrors](err); ok {
		for _, one := range many.Errors {
			l.at(one)
		}

		return
	}

	if one, ok := errors.AsType[*yaml.LoadError](err); ok {
		l.at(one)

		return
	}

	if node == nil {
		node = &yaml.Node{}
	}

	l.problem(node, err)
}

func (l *loader) at(err *yaml.LoadError) {
	l.problem(&yaml.Node{Line: err.Mark.Line, Column: err.Mark.Column}, errors.New(err.Message))
}

// vendor reads one vendor.
func (l *loader) vendor(name, node *yaml.Node) Vendor {
	var raw fileVendor

	l.add(node, node.Load(&raw, yaml.WithKnownFields()))

	v := Vendor{Walk: raw.Walk}
	if !raw.Play.IsZero() {
		v = l.played(node, &raw)
	}

	v.Name, v.Class = name.Value, orElse(raw.Class, v.Class)
	v.Latency, v.Jitter = l.duration(node, "latency", raw.Latency), l.duration(node, "jitter", raw.Jitter)

	l.each(&raw.Instruments, "instruments", func(symbol, value *yaml.Node) {
		v.Instruments = append(v.Instruments, l.instrument(symbol, value, raw.Walk))
	})

	if len(v.Instruments) == 0 && raw.Play.IsZero() {
		l.problem(name, fmt.Errorf("vendor %q has no instruments, and nothing to play", name.Value))
	}

	for i := range raw.Faults {
		v.Faults = append(v.Faults, l.fault(resolve(&raw.Faults[i]), v.Play, raw.Play.IsZero()))
	}

	return v
}

// instrument reads SYMBOL: START or SYMBOL: {start: START, step: STEP}.
func (l *loader) instrument(symbol, node *yaml.Node, walk string) Instrument {
	raw := fileInstrument{Start: node.Value}

	if node.Kind != yaml.ScalarNode {
		l.add(node, node.Load(&raw, yaml.WithKnownFields()))
	}

	if _, err := newWalker(raw.Start, orElse(raw.Step, walk)); err != nil {
		l.problem(node, fmt.Errorf("instrument %q: %w", symbol.Value, err))
	}

	return Instrument{Symbol: symbol.Value, Start: raw.Start, Step: raw.Step}
}

// duration reads text such as 250ms; none is zero.
func (l *loader) duration(vendor *yaml.Node, key, text string) time.Duration {
	if text == "" {
		return 0
	}

	d, err := time.ParseDuration(text)
	if err != nil || d < 0 {
		l.problem(valueOf(vendor, key), fmt.Errorf("%s: %q is not a duration such as 250ms", key, text))
	}

	return d
}

// each calls visit for the pairs of a mapping, in order; a name that comes twice is a mistake.
func (l *loader) each(node *yaml.Node, what string, visit func(name, value *yaml.Node)) {
	node = resolve(node)
	if node.IsZero() {
		return
	}

	if node.Kind != yaml.MappingNode {
		l.problem(node, fmt.Errorf("%s: not a mapping of names", what))

		return
	}

	seen := make(map[string]bool)

	for i := 0; i+1 < len(node.Content); i += 2 {
		name, value := resolve(node.Content[i]), resolve(node.Content[i+1])

		if seen[name.Value] {
			l.problem(name, fmt.Errorf("%s: %q comes twice", what, name.Value))
		}

		seen[name.Value] = true

		visit(name, value)
	}
}

// valueOf returns the value of a key in a mapping, or the mapping.
func valueOf(node *yaml.Node, key string) *yaml.Node {
	for i := 0; i+1 < len(node.Content); i += 2 {
		if node.Content[i].Value == key {
			return node.Content[i+1]
		}
	}

	return node
}

// resolve follows an alias to what it stands for.
func resolve(node *yaml.Node) *yaml.Node {
	if node.Kind == yaml.AliasNode && node.Alias != nil {
		return node.Alias
	}

	return node
}
