-- A message that keeps failing steps aside for those about other children, copies are counted, what came of them may stay
-- unknown, answers to what people type have a lane of their own, and claims of an instance that is gone are free.

-- +goose Up
ALTER TABLE delivery
    ADD COLUMN failing_since timestamptz, -- its first attempt that did not succeed
    ADD COLUMN aside_at timestamptz, -- from then on messages about other challenges do not wait for it
    ADD COLUMN copies int NOT NULL DEFAULT 0 CHECK (copies >= 0); -- attempts by which Teams may have it
ALTER TABLE delivery DROP CONSTRAINT delivery_state_check;
ALTER TABLE delivery ADD CONSTRAINT delivery_state_check CHECK (state IN ('waiting', 'sent', 'dropped', 'failed', 'unconfirmed'));
ALTER TABLE delivery DROP CONSTRAINT delivery_lane_of_address;
ALTER TABLE delivery ADD CONSTRAINT delivery_lane_of_address CHECK (CASE
    WHEN to_person <> '' THEN lane = 'person:' || to_person OR kind = 'reply' AND lane = 'answer:' || to_person
    ELSE to_team <> '' AND lane = 'team:' || to_team END);
CREATE INDEX delivery_aside ON delivery (lane, challenge_id, id) WHERE state = 'waiting' AND aside_at IS NOT NULL;
CREATE INDEX delivery_hung ON delivery (lane) WHERE state = 'waiting' AND last_code = 'timeout';

-- Instances that make deliveries, by the database's own clock. One that was not seen for a while is gone, and what it claimed is free.
CREATE TABLE instance (
    owner   text COLLATE "C" PRIMARY KEY CHECK (owner <> ''),
    seen_at timestamptz NOT NULL
);

-- Teams took something for them, though not what was refused: that goes out again.
ALTER TABLE unreachable ADD COLUMN taken bool NOT NULL DEFAULT false;
