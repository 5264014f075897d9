-- Stand-ins that are set while the bot runs, and the passing on of running questions to them.

-- +goose Up

-- Who stands in for whom, from and to included. A row with revokes ends another: nothing is changed or taken away.
CREATE TABLE cover (
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    person   text COLLATE "C", -- Entra object id of who is away
    stand_in text COLLATE "C",
    from_day date,
    to_day   date,
    set_by   text COLLATE "C" NOT NULL CHECK (set_by <> ''),
    set_at   timestamptz NOT NULL,
    revokes  bigint UNIQUE REFERENCES cover (id),
    CONSTRAINT cover_is_set_or_revoked CHECK (num_nulls(person, stand_in, from_day, to_day) = CASE WHEN revokes IS NULL THEN 0 ELSE 4 END),
    CONSTRAINT cover_is_by_another CHECK (person <> stand_in AND person <> '' AND stand_in <> ''),
    CONSTRAINT cover_ends_after_it_begins CHECK (from_day <= to_day)
);
CREATE TRIGGER insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON cover FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

ALTER TABLE event DROP CONSTRAINT event_kind_known;
ALTER TABLE event ADD CONSTRAINT event_kind_known CHECK (kind IN ('raised', 'rung_opened', 'role_vacant', 'redated', 'delivered',
    'undelivered', 'reminded', 'responded', 'reply_kept', 'judged', 'lapsed', 'held', 'gate_recorded', 'nudged',
    'skipped_to', 'resolved', 'exhausted', 'withdrawn', 'handed_off', 'referred', 'handed_over'));
