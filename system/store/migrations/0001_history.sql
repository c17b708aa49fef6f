-- One row: how the last run ended and which round numbers are spoken for.
CREATE TABLE meta (
  id             INTEGER PRIMARY KEY CHECK (id = 1),
  clean          INTEGER NOT NULL, -- 1 after an orderly close
  last_round     INTEGER NOT NULL, -- the last number used, where clean is 1
  reserved_round INTEGER NOT NULL  -- no number above this one was ever used
) STRICT;
INSERT INTO meta VALUES (1, 1, 0, 0);

CREATE TABLE vendors     (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
CREATE TABLE instruments (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;

-- A roster is who was asked for what; it is stored once for all the rounds made under it.
CREATE TABLE rosters (
  id          INTEGER PRIMARY KEY,
  digest      BLOB    NOT NULL UNIQUE,
  vendors     INTEGER NOT NULL, -- how many it has
  instruments INTEGER NOT NULL
) STRICT;
CREATE TABLE listings (
  roster     INTEGER NOT NULL,
  listing    INTEGER NOT NULL, -- position of the vendor
  position   INTEGER NOT NULL, -- position of the instrument in the vendor's listing
  vendor     INTEGER NOT NULL,
  class      TEXT    NOT NULL,
  instrument INTEGER NOT NULL,
  PRIMARY KEY (roster, listing, position)
) STRICT, WITHOUT ROWID;
CREATE TABLE entries (
  roster     INTEGER NOT NULL,
  entry      INTEGER NOT NULL, -- position of the instrument among all, sorted by name
  instrument INTEGER NOT NULL,
  class      TEXT    NOT NULL,
  expected   INTEGER NOT NULL, -- how many sources it has
  vendor     INTEGER NOT NULL, -- the first of them: its report holds the verdict
  position   INTEGER NOT NULL, -- position in that vendor's listing
  PRIMARY KEY (roster, entry),
  UNIQUE (roster, instrument)
) STRICT, WITHOUT ROWID;

-- Times are nanoseconds since 1970 UTC, durations nanoseconds.
CREATE TABLE rounds (
  round        INTEGER PRIMARY KEY,
  roster       INTEGER NOT NULL,
  status       TEXT    NOT NULL,
  started_at   INTEGER,
  published_at INTEGER,
  elapsed      INTEGER NOT NULL,
  deadline     INTEGER NOT NULL
) STRICT;
CREATE INDEX rounds_by_time ON rounds (published_at);

-- One row for each vendor of the roster. The last column holds its quotes, and the verdict on each instrument whose first source it is,
-- in the encoding of quotes.go.
CREATE TABLE reports (
  round     INTEGER NOT NULL,
  vendor_id INTEGER NOT NULL,
  outcome   TEXT    NOT NULL,
  detail    TEXT,
  latency   INTEGER NOT NULL,
  attempts  INTEGER NOT NULL,
  usable    INTEGER NOT NULL,
  state     TEXT    NOT NULL,
  restarts  INTEGER NOT NULL,
  quotes    BLOB    NOT NULL,
  PRIMARY KEY (round, vendor_id)
) STRICT, WITHOUT ROWID;
