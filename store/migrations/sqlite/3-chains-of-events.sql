-- An index of the events by debate has a page for every few debates, so that a group of events of as
-- many debates wrote nearly one page for each of them. Instead each event names the one before it in
-- its debate, and a debate that has ended names its last one.
ALTER TABLE events ADD COLUMN previous INTEGER;

UPDATE events SET previous = (
    SELECT before.row FROM events AS before
    WHERE before.debate = events.debate AND before.seq = events.seq - 1
);

ALTER TABLE debates ADD COLUMN last INTEGER;

UPDATE debates SET last = (
    SELECT row FROM events WHERE debate = place ORDER BY seq DESC LIMIT 1
) WHERE ended = 1;

-- All of the debate's events come after this row: where the last events of the debates that go on are
-- looked for.
ALTER TABLE debates ADD COLUMN began INTEGER NOT NULL DEFAULT 0;

UPDATE debates SET began = coalesce((SELECT min(row) - 1 FROM events WHERE debate = place), 0);

DROP INDEX events_of_a_debate;
