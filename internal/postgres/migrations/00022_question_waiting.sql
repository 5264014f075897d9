-- The watch asks every few seconds how long the oldest question has waited, whatever else waits. Only
-- the first card of a question enters this index, and leaves it when Teams has taken it.

-- +goose Up

CREATE INDEX delivery_question_waiting ON delivery (created_at) WHERE state = 'waiting' AND kind = 'post' AND card = 'respond';
