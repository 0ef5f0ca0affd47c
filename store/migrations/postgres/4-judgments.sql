-- What one judge makes of a debate. Debates and judgments are numbered together, in the order in which
-- they were created, and their events lie among each other: the column `debate` of an event is the place
-- of a debate or of a judgment.
CREATE TABLE judgments (
    place BIGINT PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    -- The place of what is judged.
    debate BIGINT NOT NULL,
    -- By what all judgments of one judge are found.
    judge TEXT,
    created_ms BIGINT NOT NULL,
    setup BYTEA NOT NULL,
    secret BYTEA NOT NULL,
    seal BIGINT NOT NULL,
    ended BOOLEAN NOT NULL DEFAULT FALSE,
    -- The number of its last event and the checksum of its end, and what came of it with a checksum of its
    -- own, once it has ended.
    last BIGINT,
    closing BIGINT,
    result BYTEA,
    ended_ms BIGINT,
    result_seal BIGINT
);

CREATE INDEX unfinished_judgments ON judgments (place) WHERE NOT ended;

CREATE INDEX judgments_of_a_debate ON judgments (debate, place);

CREATE INDEX judgments_by_a_judge ON judgments (judge, place);

-- When the debate ended, or a judgment of it was created or ended later than that: from then on its age
-- counts.
ALTER TABLE results ADD COLUMN since_ms BIGINT NOT NULL DEFAULT 0;

UPDATE results SET since_ms = ended_ms;

CREATE INDEX results_by_age ON results (since_ms, number);
