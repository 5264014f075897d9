-- Whom open challenges wait for is compared with the directory, and where nobody is left is told.

-- +goose Up
CREATE INDEX challenge_open ON challenge (id) WHERE closed_at IS NULL;
CREATE INDEX event_unattended ON event (challenge_id) WHERE kind = 'unattended';
DROP INDEX event_handed_over; -- who is back is found among all that is open
