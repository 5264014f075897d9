-- By what time the bot last worked, and the last directory that it could read.

-- +goose Up

-- Each instance's. An instance that finds the server's clock far from what was seen decides nothing by it.
CREATE TABLE heartbeat (
    instance   text COLLATE "C" PRIMARY KEY CHECK (instance <> ''),
    seen_at    timestamptz, -- the one time by which it last worked
    checked_at timestamptz NOT NULL -- when it last showed that it can write
) WITH (fillfactor = 50);

-- What an administrator said of a clock that had jumped: that it is right now.
CREATE TABLE clock_accepted (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at timestamptz NOT NULL
);

-- The file as it was when it was last whole, for a start with one that is not.
CREATE TABLE directory_copy (
    only_one boolean PRIMARY KEY DEFAULT true CHECK (only_one),
    content  text NOT NULL CHECK (content <> ''),
    saved_at timestamptz NOT NULL
);
