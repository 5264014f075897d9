-- A one-to-one chat keeps its person: who else has a conversation is asked whenever one is to be kept.

-- +goose Up
CREATE INDEX conversation_of_person ON conversation (conversation_id) WHERE lane >= 'person:' AND lane < 'person;';
