package spec

// Parse says where in an answer the quotes are: by paths, which are enough for most vendors, or by one expression (JQ).
//
// Paths are keys joined by dots, with [n] for array elements and ["key"] for keys that contain dots, brackets or spaces; {symbol} in place
// of a key stands for the instrument's key. Rows and Error start at the whole answer, the others at the row.
//
// Whose row is it? Where {symbol} stands in Price, Bid, Ask or Time, Rows leads to the one row for all symbols. Where {symbol} stands in the
// URL or in Rows, Rows leads to the row of that symbol, or to an array with that row. Otherwise Rows leads to an array of rows with a Key,
// or to an object with one row per member.
type Parse struct {
	// Format is json, ndjson, csv, xml or text; json if empty.
	Format string `yaml:"format"`
	// Charset is the answer's encoding, such as windows-1251; UTF-8 if empty.
	Charset string `yaml:"charset"`
	// CSV says how rows of format csv are written.
	CSV CSV `yaml:"csv"`
	// AnyCase permits objects with keys that differ only in case, such as T and t.
	AnyCase bool `yaml:"any_case"`

	// JQ is an expression that gives a row for each quote: an object with key, price, bid, ask, mid, per, size, volume, currency, unit, time,
	// seq, flags (names of messages.Flag) and error (an outcome, or an object with outcome and detail). Everything but one of price, bid, ask and
	// mid may be left out; without key it is the row of the one instrument asked for.
	JQ string `yaml:"jq"`

	// Rows is the path of the rows. Empty: the whole answer.
	Rows string `yaml:"rows"`
	// Key is the path, in a row, of the instrument's key. Empty: the key of the row where Rows is an object, or the one symbol asked for.
	Key string `yaml:"key"`
	// Price, Bid, Ask and Mid are the paths of the numbers; numbers may be JSON numbers or text. Price may be empty where Bid and Ask, or Mid,
	// are given.
	Price string `yaml:"price"`
	Bid   string `yaml:"bid"`
	Ask   string `yaml:"ask"`
	Mid   string `yaml:"mid"`
	// Size, Volume, Currency, Unit and Sequence are the paths of what goes with the price.
	Size     string `yaml:"size"`
	Volume   string `yaml:"volume"`
	Currency string `yaml:"currency"`
	Unit     string `yaml:"unit"`
	// Per is the path of the amount that the prices are for, such as 100: prices are divided by it, exactly or at Digits decimal places.
	Per      string `yaml:"per"`
	Sequence string `yaml:"sequence"`
	// Time is the path of the vendor's time stamp. Empty: the vendor gives none and the receive time counts.
	Time string `yaml:"time"`
	// TimeFormat is rfc3339, rfc1123, unix, unix_ms, unix_us, unix_ns, date (2006-01-02) or a Go layout; rfc3339 if empty. A layout without an
	// hour makes times precise to the day only, and marked so.
	TimeFormat string `yaml:"time_format"`
	// Zone is the IANA zone of times that name none, such as Europe/Warsaw; UTC if empty.
	Zone string `yaml:"zone"`
	// Error is the path of an error inside a 200 answer: where it is present and not null, false, 0, "", [] or {}, the answer is refused.
	Error string `yaml:"error"`

	// Numbers says how numbers are written where it is not as in JSON.
	Numbers Numbers `yaml:"numbers"`
	// Scale and Invert are what Symbol has, for all instruments that say nothing themselves.
	Scale  string `yaml:"scale"`
	Invert bool   `yaml:"invert"`
	Digits int    `yaml:"digits"`
	// Choose says which of several rows of one instrument counts: newest by time, sequence by the highest number, last or first. Empty: in a poll
	// several rows are malformed; in a stream the last counts, unless it is older.
	Choose string `yaml:"choose"`
}

// CSV says how rows are written.
type CSV struct {
	// Separator is one character; a comma if empty.
	Separator string `yaml:"separator"`
	// Skip is how many lines stand before the header.
	Skip int `yaml:"skip"`
	// Columns names the columns of an answer without a header.
	Columns []string `yaml:"columns"`
	// Comment begins lines that are left out.
	Comment string `yaml:"comment"`
}

// Numbers says how numbers are written.
type Numbers struct {
	// Decimal is the decimal mark, Group what may stand between groups of three digits: one character each. A point and none if empty.
	Decimal string `yaml:"decimal"`
	Group   string `yaml:"group"`
	// Missing are texts that mean that there is no value, besides null and the empty text, such as N/D.
	Missing []string `yaml:"missing"`
	// Zero says what a price of 0 means: invalid or missing; invalid if empty.
	Zero string `yaml:"zero"`
	// Suffix is cut off where it stands, such as %.
	Suffix string `yaml:"suffix"`
}

// Rule says what one failure looks like. All of its conditions hold where it fits.
type Rule struct {
	// When is an expression over the answer; Status the HTTP status; Text a part of the raw answer, upper and lower case alike.
	When   string `yaml:"when"`
	Status int    `yaml:"status"`
	Text   string `yaml:"text"`
	// Outcome is what it is called, one of messages.Outcomes, or ok for a warning: no rule behind it is asked.
	Outcome string `yaml:"outcome"`
	// Scope is symbol, request or connection; request if empty, connection in a stream.
	Scope string `yaml:"scope"`
	// Symbol is an expression that gives the keys that a failure of scope symbol concerns; nothing means all of the request.
	Symbol string `yaml:"symbol"`
	// Retry says when the vendor may be asked again: a duration, next_minute, next_hour, next_day, next_month (in UTC), never (not within the
	// round, and left alone like a vendor that refuses our credentials), reconnect, or nothing for the outcome's own way.
	Retry string `yaml:"retry"`
	// Detail is an expression for the text that people see; the vendor's own message if empty.
	Detail string `yaml:"detail"`
}
