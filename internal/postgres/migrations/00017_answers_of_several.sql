-- Where each of several roles must answer, an opening has an answer of each of them: one of a person.

-- +goose Up

ALTER TABLE response DROP CONSTRAINT response_challenge_id_visit_key;
ALTER TABLE response ADD CONSTRAINT response_once_by_person UNIQUE (challenge_id, visit, by_id);
