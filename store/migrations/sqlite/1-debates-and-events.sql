CREATE TABLE debates (
    -- Counts the debates in the order in which they were created.
    place INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    created_ms INTEGER NOT NULL,
    setup BLOB NOT NULL,
    secret BLOB NOT NULL,
    seats BLOB NOT NULL,
    ended INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE INDEX unfinished_debates ON debates (place) WHERE ended = 0;

-- Rows lie in the order in which they came, and only the index is in the order of the debates: so a
-- group of events of as many debates fills few pages.
CREATE TABLE events (
    row INTEGER PRIMARY KEY,
    debate INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    event BLOB NOT NULL
) STRICT;

CREATE UNIQUE INDEX events_of_a_debate ON events (debate, seq);

-- One row, written to see whether the store can be written to.
CREATE TABLE checks (number INTEGER NOT NULL) STRICT;

INSERT INTO checks VALUES (0);
