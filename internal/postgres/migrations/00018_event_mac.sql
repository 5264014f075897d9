-- A MAC of each event under a key that the database does not have: the first bytes of the key's hash, then HMAC-SHA256.

-- +goose Up

ALTER TABLE event ADD COLUMN mac bytea;
ALTER TABLE event ADD CONSTRAINT event_mac_length CHECK (octet_length(mac) = 36);
