-- What Teams tells of afterwards: messages that were changed, and channels that went.

-- +goose Up
ALTER TABLE event DROP CONSTRAINT event_kind_known;
ALTER TABLE event ADD CONSTRAINT event_kind_known CHECK (kind IN ('raised', 'rung_opened', 'role_vacant', 'redated', 'delivered',
    'undelivered', 'reminded', 'responded', 'reply_kept', 'judged', 'lapsed', 'held', 'gate_recorded', 'nudged',
    'skipped_to', 'resolved', 'exhausted', 'withdrawn', 'handed_off', 'referred', 'handed_over', 'asked_outside', 'message_changed'));

-- Channels that Teams has told of, and whether the bot is still heard there.
CREATE TABLE channel (
    channel_id text COLLATE "C" PRIMARY KEY CHECK (channel_id <> ''),
    team_id    text COLLATE "C" NOT NULL,
    gone       text        NOT NULL, -- why it is gone; empty while it is there
    seen_at    timestamptz NOT NULL
);
CREATE INDEX channel_team ON channel (team_id);
