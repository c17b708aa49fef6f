package feed

// desk is where instruments are sorted into requests.
type desk struct {
	folders []*folder
	open    map[drawer]*folder
	homes   map[home]*folder // of keys, where a request may ask for so many only
}

// drawer is where instruments of one kind are gathered.
type drawer struct {
	endpoint *endpoint
	group    string
	piece    int
}

// home is what finds a key again.
type home struct {
	drawer

	key string
}

// folder is what makes one request.
type folder struct {
	endpoint *endpoint
	keys     int // that differ
	slips    []slip
}

// slip is an instrument that is asked for: which of the planner's symbols it is, and where its quote goes.
type slip struct{ symbol, at int }

func newDesk() *desk { return &desk{open: make(map[drawer]*folder), homes: make(map[home]*folder)} }

// folder returns where an instrument with a key goes: to the others with the same one, or into what is open in its drawer.
func (d *desk) folder(place drawer, key string) *folder {
	f, size := d.open[place], place.endpoint.size

	if size > 0 {
		if known := d.homes[home{place, key}]; known != nil {
			return known
		}

		if f != nil && f.keys >= size {
			f = nil
		}
	}

	if f == nil {
		f = &folder{endpoint: place.endpoint}
		d.open[place], d.folders = f, append(d.folders, f)
	}

	if size > 0 {
		f.keys++
		d.homes[home{place, key}] = f
	}

	return f
}

// follow reports whether the numbers of the slips follow one another.
func follow(slips []slip, number func(slip) int) bool {
	for i := range slips {
		if number(slips[i]) != number(slips[0])+i {
			return false
		}
	}

	return true
}
