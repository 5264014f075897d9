-- In which channel notices appear, as the oversight role said while the bot runs.

-- +goose Up

-- The latest row of a unit holds, and comes before the directory's file; one without a channel gives the file its say back.
CREATE TABLE notice_channel (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    unit         text COLLATE "C" NOT NULL CHECK (unit ~ '^(team|service):.'),
    channel      text COLLATE "C" CHECK (channel ~ '^19:[^;]+$'), -- of the channel itself, never of one of its threads
    team_name    text NOT NULL,
    channel_name text NOT NULL,
    set_by       text COLLATE "C" NOT NULL CHECK (set_by <> ''),
    set_at       timestamptz NOT NULL
);
CREATE INDEX notice_channel_latest ON notice_channel (unit, id);
CREATE TRIGGER insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON notice_channel FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
