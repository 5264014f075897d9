-- MACs as events have them: of where somebody's messages go, and of what the bot says to somebody outside a
-- challenge. Without the key nobody can send a child's cards elsewhere, or say something in the bot's name.

-- +goose Up

ALTER TABLE conversation ADD COLUMN mac bytea;
ALTER TABLE conversation ADD CONSTRAINT conversation_mac_length CHECK (octet_length(mac) = 36);
ALTER TABLE delivery ADD COLUMN mac bytea;
ALTER TABLE delivery ADD CONSTRAINT delivery_mac_length CHECK (octet_length(mac) = 36);
