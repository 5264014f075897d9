-- Whom a working day begins by asking again: who handed a running question over and is back.

-- +goose Up
CREATE INDEX event_handed_over ON event (challenge_id) WHERE kind = 'handed_over';
