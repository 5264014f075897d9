-- What those who oversee challenges are told of each working day: what waits without a window, and whom Teams refuses.

-- +goose Up
CREATE INDEX challenge_standing ON challenge (id) WHERE closed_at IS NULL AND state <> 'awaiting_response';
CREATE INDEX event_refused ON event (challenge_id) WHERE kind = 'undelivered';
