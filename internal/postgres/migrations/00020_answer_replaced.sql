-- Until it is judged, whoever answered may put another answer in the place of theirs.

-- +goose Up

ALTER TABLE response DROP CONSTRAINT response_once_by_person;
