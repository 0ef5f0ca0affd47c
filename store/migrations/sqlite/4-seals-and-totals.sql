-- Each row has a checksum over what it says, which the program makes: of a debate as it was created, of
-- how it ended, of each event, of what came of it. Those of rows that are here already are filled in
-- after this step, and the first row of totals with them.
ALTER TABLE debates ADD COLUMN seal INTEGER NOT NULL DEFAULT 0;

-- The checksum of its end, once it has ended.
ALTER TABLE debates ADD COLUMN closing INTEGER;

ALTER TABLE events ADD COLUMN seal INTEGER NOT NULL DEFAULT 0;

-- When it ended, in milliseconds since 1970; of those that ended before this was kept, when they began.
ALTER TABLE results ADD COLUMN ended_ms INTEGER NOT NULL DEFAULT 0;

UPDATE results SET ended_ms = coalesce((SELECT created_ms FROM debates WHERE place = debate), 0);

ALTER TABLE results ADD COLUMN seal INTEGER NOT NULL DEFAULT 0;

-- One row: how much there is, and which numbers have been given. So rows that are missing are missed,
-- and what has been removed does not give its number to another.
CREATE TABLE totals (
    debates INTEGER NOT NULL,
    results INTEGER NOT NULL,
    last_place INTEGER NOT NULL,
    last_result INTEGER NOT NULL,
    first_event INTEGER NOT NULL,
    last_event INTEGER NOT NULL,
    seal INTEGER NOT NULL
) STRICT;

-- One row: the process that has the store.
CREATE TABLE holder (process INTEGER NOT NULL, since_ms INTEGER NOT NULL) STRICT;

INSERT INTO holder VALUES (0, 0);
