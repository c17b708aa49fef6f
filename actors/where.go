package actors

import (
	"path"
	"strings"
)

// maxWhere is the longest text, in bytes, that Where returns.
const maxWhere = 512

// Where says where the panic happened, innermost first, such as "feed.decode decode.go:12 < feed.ask source.go:80": short enough for a log
// line, without the frames that led to the report and without arguments. It is empty if there is no stack.
func (p *Panic) Where() string {
	var where strings.Builder

	lines := strings.Split(afterPanic(string(p.Stack[:min(len(p.Stack), maxStack)])), "\n")
	for i := 0; i+1 < len(lines); i += 2 {
		function, file := lines[i], strings.TrimPrefix(lines[i+1], "\t")
		if strings.HasPrefix(function, "runtime.") || file == lines[i+1] {
			continue // the machinery of panics, or no frame at all
		}

		frame := shortFunction(function) + " " + shortFile(file)
		if where.Len() > 0 {
			frame = " < " + frame
		}

		if where.Len()+len(frame) > maxWhere {
			break
		}

		where.WriteString(frame)
	}

	return where.String()
}

// maxStack bounds how much of a stack is looked at: a runaway recursion makes it huge, and repeats itself.
const maxStack = 64 << 10

// afterPanic returns the frames below the last call of panic, all below the first line if there is none.
func afterPanic(stack string) string {
	const call = "\npanic("

	if at := strings.LastIndex(stack, call); at >= 0 {
		stack = stack[at+len(call):]
		_, stack, _ = strings.Cut(stack, "\n") // the rest of the call
	}

	_, frames, _ := strings.Cut(stack, "\n") // where panic is, or which goroutine this is

	return frames
}

func shortFunction(call string) string {
	call = strings.TrimPrefix(call, "created by ")
	call, _, _ = strings.Cut(call, " in goroutine ")

	if at := strings.LastIndexByte(call, '('); at > 0 && strings.HasSuffix(call, ")") {
		call = call[:at]
	}

	return path.Base(call)
}

func shortFile(place string) string {
	place, _, _ = strings.Cut(place, " +0x")

	return path.Base(place)
}
