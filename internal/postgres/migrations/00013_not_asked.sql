-- Challenges of which it was said that nobody could be asked stand in the digest while an answer is awaited.

-- +goose Up
CREATE INDEX event_not_asked ON event (challenge_id) WHERE kind = 'could_not_be_asked';
