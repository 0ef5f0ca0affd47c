-- Each row has a checksum over what it says, which the program makes: of a debate as it was created, of
-- how it ended, of each event, of what came of it. Those of rows that are here already are filled in
-- after this step.
ALTER TABLE debates ADD COLUMN seal BIGINT NOT NULL DEFAULT 0;

-- The number of its last event, and the checksum of its end, once it has ended.
ALTER TABLE debates ADD COLUMN last BIGINT;

ALTER TABLE debates ADD COLUMN closing BIGINT;

UPDATE debates SET last = coalesce((SELECT max(seq) FROM events WHERE debate = place), 0) WHERE ended;

ALTER TABLE events ADD COLUMN seal BIGINT NOT NULL DEFAULT 0;

-- When it ended, in milliseconds since 1970; of those that ended before this was kept, when they began.
ALTER TABLE results ADD COLUMN ended_ms BIGINT NOT NULL DEFAULT 0;

UPDATE results SET ended_ms = coalesce((SELECT created_ms FROM debates WHERE place = debate), 0);

ALTER TABLE results ADD COLUMN seal BIGINT NOT NULL DEFAULT 0;
