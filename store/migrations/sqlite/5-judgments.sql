-- What one judge makes of a debate. Debates and judgments are numbered together, in the order in which
-- they were created, and their events lie among each other: the column `debate` of an event is the place
-- of a debate or of a judgment.
CREATE TABLE judgments (
    place INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    -- The place of what is judged.
    debate INTEGER NOT NULL,
    -- By what all judgments of one judge are found.
    judge TEXT,
    created_ms INTEGER NOT NULL,
    setup BLOB NOT NULL,
    secret BLOB NOT NULL,
    -- All of its events come after this row.
    began INTEGER NOT NULL,
    seal INTEGER NOT NULL,
    ended INTEGER NOT NULL DEFAULT 0,
    -- The row of its last event and the checksum of its end, and what came of it with a checksum of its
    -- own, once it has ended.
    last INTEGER,
    closing INTEGER,
    result BLOB,
    ended_ms INTEGER,
    result_seal INTEGER
) STRICT;

CREATE INDEX unfinished_judgments ON judgments (place) WHERE ended = 0;

CREATE INDEX judgments_of_a_debate ON judgments (debate);

CREATE INDEX judgments_by_a_judge ON judgments (judge) WHERE judge IS NOT NULL;

-- When the debate ended, or a judgment of it was created or ended later than that: from then on its age
-- counts.
ALTER TABLE results ADD COLUMN since_ms INTEGER NOT NULL DEFAULT 0;

UPDATE results SET since_ms = ended_ms;

CREATE INDEX results_by_age ON results (since_ms);

-- How many judgments there are, and how many of them have ended. The checksum is made anew after this step.
ALTER TABLE totals ADD COLUMN judgments INTEGER NOT NULL DEFAULT 0;

ALTER TABLE totals ADD COLUMN ended_judgments INTEGER NOT NULL DEFAULT 0;
