-- Where this database stood when a bot last began to work on it: a copy that was restored from a backup
-- carries the place of the original, and is known by it.

-- +goose Up

CREATE TABLE installation (
    only_one     boolean PRIMARY KEY DEFAULT true CHECK (only_one),
    place        text   NOT NULL CHECK (place <> ''), -- cluster, database and tables
    timeline     bigint NOT NULL, -- of the cluster: another after a failover, or after recovery to a point in time
    missing_from timestamptz -- a restore that was found, and is not recorded yet: the last sign of life before it
);
