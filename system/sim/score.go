package sim

import (
	"encoding/json"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/rollcall-go/rollcall/system/example"
)

// manner is how a script is played; the zero manner is as it is written.
type manner struct {
	mute    bool          // plays nothing: the connection is open and silent
	unheard bool          // answers no ping and no beat
	flood   bool          // repeats without a pause
	lives   time.Duration // how long a connection lives; 0 is without end
	code    int           // a connection that has lived is closed with this code; 0 cuts it
	change  func(messages []example.Step) []example.Step
}

// score is a script ready to be played.
type score struct {
	opening []example.Step // up to the client's last message
	tail    []example.Step // what follows it, which is what is repeated
	beats   []beat
}

// beat is a message that comes again and again, and what is answered to it; nothing if nil.
type beat struct {
	client string
	reply  *example.Step
}

// newScore takes the beats with their replies out of a script, and finds where the client has said everything.
func newScore(script []example.Step) score {
	var s score

	for i := 0; i < len(script); i++ {
		step := script[i]

		switch {
		case step.Beat():
			b := beat{client: step.Client}

			if i+1 < len(script) && script[i+1].Server != "" {
				i++
				b.reply = &script[i]
			}

			s.beats = append(s.beats, b)
		case step.Client != "":
			s.opening, s.tail = slices.Concat(s.opening, s.tail, []example.Step{step}), nil
		default:
			s.tail = append(s.tail, step)
		}
	}

	return s
}

// beat finds the beat a message is.
func (s *score) beat(message string) (beat, bool) {
	for _, b := range s.beats {
		if same(b.client, message) {
			return b, true
		}
	}

	return beat{}, false
}

// anyValue is the text that stands for any value in a message that is waited for: a time, a nonce, a signature.
const anyValue = "*"

// same reports whether a message is the one that is waited for: equal JSON documents, but for values that may be any, or equal texts.
func same(want, got string) bool {
	first, isFirst := parsed(want)
	second, isSecond := parsed(got)

	if isFirst && isSecond {
		return alike(first, second)
	}

	return want == got
}

// alike reports whether a value is the one that is wanted.
func alike(want, got any) bool {
	switch want := want.(type) {
	case map[string]any:
		object, is := got.(map[string]any)

		return is && maps.EqualFunc(want, object, alike)
	case []any:
		array, is := got.([]any)

		return is && slices.EqualFunc(want, array, alike)
	default:
		return want == anyValue || want == got
	}
}

// parsed reads one JSON document; numbers keep their text.
func parsed(text string) (any, bool) {
	var document any

	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.UseNumber()

	if decoder.Decode(&document) != nil {
		return nil, false
	}

	_, err := decoder.Token()

	return document, err == io.EOF
}

// twice has each of the server's messages two times.
func twice(steps []example.Step) []example.Step {
	var changed []example.Step

	for _, s := range steps {
		changed = append(changed, s)
		if s.Server != "" {
			changed = append(changed, s)
		}
	}

	return changed
}

// swapped has each two neighbours among the server's messages the wrong way round.
func swapped(steps []example.Step) []example.Step {
	changed := slices.Clone(steps)
	waiting := -1

	for i := range changed {
		switch {
		case changed[i].Server == "":
		case waiting < 0:
			waiting = i
		default:
			changed[waiting], changed[i] = changed[i], changed[waiting]
			waiting = -1
		}
	}

	return changed
}

// gapped leaves out every second of the server's messages.
func gapped(steps []example.Step) []example.Step {
	n := 0

	return slices.DeleteFunc(slices.Clone(steps), func(s example.Step) bool {
		if s.Server != "" {
			n++
		}

		return s.Server != "" && n%2 == 0
	})
}
