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
CREATE TABLE rosters (id INTEGER PRIMARY KEY, digest BLOB NOT NULL UNIQUE) STRICT;
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
  instrument INTEGER NOT NULL,
  class      TEXT    NOT NULL,
  expected   INTEGER NOT NULL, -- how many sources it has
  PRIMARY KEY (roster, instrument)
) STRICT, WITHOUT ROWID;

-- Times are nanoseconds since 1970 UTC, durations nanoseconds, prices the vendor's own decimal text.
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

-- One row for each vendor of the roster.
CREATE TABLE reports (
  round    INTEGER NOT NULL,
  vendor   INTEGER NOT NULL,
  outcome  TEXT    NOT NULL,
  detail   TEXT,
  latency  INTEGER NOT NULL,
  attempts INTEGER NOT NULL,
  usable   INTEGER NOT NULL,
  state    TEXT    NOT NULL,
  restarts INTEGER NOT NULL,
  PRIMARY KEY (round, vendor)
) STRICT, WITHOUT ROWID;

-- One row for each instrument of the roster.
CREATE TABLE verdicts (
  round      INTEGER NOT NULL,
  instrument INTEGER NOT NULL,
  status     TEXT    NOT NULL,
  price      TEXT,
  age        INTEGER NOT NULL,
  used       INTEGER NOT NULL,
  PRIMARY KEY (round, instrument)
) STRICT, WITHOUT ROWID;

-- One row for each quote. A vendor without quotes has none: its report says why, for all of its instruments.
CREATE TABLE sources (
  round        INTEGER NOT NULL,
  instrument   INTEGER NOT NULL,
  vendor       INTEGER NOT NULL,
  outcome      TEXT    NOT NULL,
  detail       TEXT,
  price        TEXT,
  bid          TEXT,
  ask          TEXT,
  vendor_time  INTEGER,
  requested_at INTEGER,
  received_at  INTEGER,
  PRIMARY KEY (round, instrument, vendor)
) STRICT, WITHOUT ROWID;
