-- A card of somebody below which a newer one of the same challenge asks them: it shrinks.

-- +goose Up

ALTER TABLE posted_card ADD COLUMN superseded boolean NOT NULL DEFAULT false;
