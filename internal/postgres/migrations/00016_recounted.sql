-- The challenges in whose trail a date moved with the calendar.

-- +goose Up

CREATE INDEX event_recounted ON event (challenge_id) WHERE kind = 'recounted';
