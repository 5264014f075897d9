-- Cover that somebody sets for somebody else holds for what they oversee and for nothing else.

-- +goose Up
-- What the one who set it oversaw then, as units of the directory; NULL in rows of a version that did not keep it.
ALTER TABLE cover ADD COLUMN reach text[] COLLATE "C";
