package top

// helpBody says what each key is for.
func (m *Model) helpBody() []string {
	lines := []string{""}

	for _, line := range [][2]string{
		{"1 2 3 4", "prices, vendors, the round as it goes, what happened"},
		{"tab ← →", "the next view, the one before"},
		{"↑ ↓ j k", "another row; page up and down, home, end"},
		{"enter", "an instrument's sources; a vendor's last rounds"},
		{"esc", "back; without that, the filter goes"},
		{"/", "only rows with this text"},
		{"p", "pause the display; the service goes on"},
		{"R", "start a vendor anew, out of quarantine or a pause"},
		{"q", "quit"},
	} {
		lines = append(lines, "  "+paint(padded(line[0]), accent)+line[1])
	}

	return append(lines, "",
		"  "+paint("● good  ◐ degraded, partial or late  ◌ carried: an earlier price  ✕ none", dim),
		"  "+paint("Bars are the time until the deadline │. Any key closes this.", dim))
}

func padded(text string) string {
	const width = 10

	for len([]rune(text)) < width {
		text += " "
	}

	return text
}
