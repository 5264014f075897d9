-- Whom Teams does not let the bot write to.

-- +goose Up

-- Somebody whom Teams refused for good, until they are back. What was refused and when is in attempt and event.
CREATE TABLE unreachable (
    person      text COLLATE "C" PRIMARY KEY CHECK (person <> ''), -- Entra object id
    since       timestamptz NOT NULL,
    code        text NOT NULL, -- Teams' word for why
    returned_at timestamptz -- they installed the app or wrote: the engine sends what waits for them, then the row goes
);
