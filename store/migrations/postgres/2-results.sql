-- What came of each debate that has ended, in the order in which they did.
CREATE TABLE results (
    number BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    debate BIGINT NOT NULL UNIQUE,
    -- What it has in common with others that were about the same.
    topic TEXT,
    -- Missing where the debate had ended before results were kept.
    result BYTEA
);

CREATE INDEX results_on_a_topic ON results (topic, number);

INSERT INTO results (debate) SELECT place FROM debates WHERE ended ORDER BY place;
