CREATE TABLE debates (
    -- Counts the debates in the order in which they were created.
    place BIGINT PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    created_ms BIGINT NOT NULL,
    setup BYTEA NOT NULL,
    secret BYTEA NOT NULL,
    seats BYTEA NOT NULL,
    ended BOOLEAN NOT NULL DEFAULT FALSE
);

CREATE INDEX unfinished_debates ON debates (place) WHERE NOT ended;

CREATE TABLE events (
    debate BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    event BYTEA NOT NULL,
    PRIMARY KEY (debate, seq)
);

-- One row, written to see whether the store can be written to.
CREATE TABLE checks (number BIGINT NOT NULL);

INSERT INTO checks VALUES (0);
