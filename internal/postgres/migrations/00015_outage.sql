-- The times in which the bot worked for nobody, and the challenges in whose trail one stands.

-- +goose Up

-- Found by the first heartbeat after it: from the last one before to that.
CREATE TABLE outage (
    from_at timestamptz PRIMARY KEY,
    to_at   timestamptz NOT NULL,
    CONSTRAINT outage_ends_after_it_began CHECK (to_at > from_at)
);
CREATE TRIGGER insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON outage FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE INDEX event_interrupted ON event (challenge_id) WHERE kind = 'interrupted';
