-- Tables and their promises are told in doc.go; who may do what with them in grants.sql.
-- Forward-only: a shipped migration is never edited, what must change is a new file.

-- +goose Up

-- One number for each challenge; package challenge turns it into a reference that does not tell how many there were.
CREATE SEQUENCE challenge_number;

-- The ladders as they were when challenges were raised under them.
CREATE TABLE ladder (
    digest   text COLLATE "C" PRIMARY KEY CHECK (digest ~ '^[0-9a-f]{16}$'),
    id       text        NOT NULL CHECK (id <> ''),
    version  int         NOT NULL CHECK (version > 0),
    content  text        NOT NULL, -- JSON, to the byte: the digest covers it
    added_at timestamptz NOT NULL
);

-- The current state. What never changes stands first, so that an update logs only the end of the row.
CREATE TABLE challenge (
    id            uuid PRIMARY KEY,
    ref           text COLLATE "C" NOT NULL UNIQUE CHECK (ref ~ '^CH-[0-9A-Z]{6}$'),
    ladder_digest text COLLATE "C" NOT NULL REFERENCES ladder (digest),
    chair_id      text COLLATE "C" NOT NULL CHECK (chair_id <> ''),
    team          text COLLATE "C" NOT NULL CHECK (team <> ''),
    raised_at     timestamptz NOT NULL,
    details       json        NOT NULL, -- challenge.Details
    state         text COLLATE "C" NOT NULL,
    version       int         NOT NULL,
    seq           int         NOT NULL,
    head          bytea       NOT NULL,
    rung          text COLLATE "C" NOT NULL,
    visit         int         NOT NULL,
    waiting       text[] COLLATE "C" NOT NULL,
    due_at        timestamptz,
    next_at       timestamptz,
    closed_at     timestamptz,
    stalled_until timestamptz, -- the clock's turn failed: it tries again then. No part of the trail
    doc           json        NOT NULL, -- challenge.Challenge without its details
    CONSTRAINT challenge_state_known CHECK (state IN ('awaiting_response', 'awaiting_judgement', 'held_at_gate',
        'exhausted', 'resolved', 'withdrawn', 'handed_off')),
    CONSTRAINT challenge_version_counts_events CHECK (version BETWEEN 1 AND seq),
    CONSTRAINT challenge_head_is_a_hash CHECK (octet_length(head) = 32),
    CONSTRAINT challenge_visit_counts CHECK (visit >= 0 AND (visit > 0 OR state NOT IN ('awaiting_response', 'awaiting_judgement'))),
    CONSTRAINT challenge_due_while_awaited CHECK ((state = 'awaiting_response') = (due_at IS NOT NULL)),
    CONSTRAINT challenge_awaits_somebody CHECK (state <> 'awaiting_response' OR cardinality(waiting) > 0),
    CONSTRAINT challenge_closed_has_ended CHECK ((state IN ('resolved', 'withdrawn', 'handed_off')) = (closed_at IS NOT NULL)),
    CONSTRAINT challenge_closed_waits_for_nobody CHECK (closed_at IS NULL OR cardinality(waiting) = 0),
    -- An open challenge that the clock never looks at again would be forgotten.
    CONSTRAINT challenge_open_has_next CHECK ((closed_at IS NULL) = (next_at IS NOT NULL)),
    CONSTRAINT challenge_stalled_is_open CHECK (stalled_until IS NULL OR next_at IS NOT NULL)
) WITH (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.05);

-- The clock's two scans: what is due, and what is due but failed before.
CREATE INDEX challenge_next ON challenge (next_at) WHERE next_at IS NOT NULL AND stalled_until IS NULL;
CREATE INDEX challenge_stalled ON challenge (stalled_until) WHERE stalled_until IS NOT NULL;
-- "What waits for me" and "what I raised", open ones only.
CREATE INDEX challenge_waiting ON challenge USING gin (waiting) WHERE closed_at IS NULL;
CREATE INDEX challenge_chair ON challenge (chair_id, raised_at, id) WHERE closed_at IS NULL;

-- The audit trail.
CREATE TABLE event (
    challenge_id uuid        NOT NULL REFERENCES challenge (id),
    seq          int         NOT NULL CHECK (seq > 0),
    at           timestamptz NOT NULL,
    actor_id     text        NOT NULL,
    actor_name   text        NOT NULL,
    kind         text COLLATE "C" NOT NULL,
    rung         text        NOT NULL,
    visit        int         NOT NULL CHECK (visit >= 0),
    data         json        NOT NULL, -- type json keeps every byte, and the hash covers them
    prev         bytea       NOT NULL CHECK (octet_length(prev) = 32),
    hash         bytea       NOT NULL CHECK (octet_length(hash) = 32),
    PRIMARY KEY (challenge_id, seq),
    CONSTRAINT event_kind_known CHECK (kind IN ('raised', 'rung_opened', 'role_vacant', 'redated', 'delivered',
        'undelivered', 'reminded', 'responded', 'reply_kept', 'judged', 'lapsed', 'held', 'gate_recorded', 'nudged',
        'skipped_to', 'resolved', 'exhausted', 'withdrawn', 'handed_off', 'referred')),
    CONSTRAINT event_trail_begins_with_raised CHECK ((seq = 1) = (kind = 'raised')),
    CONSTRAINT event_first_follows_nothing CHECK ((seq = 1) = (prev = '\x0000000000000000000000000000000000000000000000000000000000000000'))
);

-- The responses that counted and their agreed plans, once more, for reports.
CREATE TABLE response (
    challenge_id uuid NOT NULL,
    seq          int  NOT NULL,
    visit        int  NOT NULL CHECK (visit > 0),
    at           timestamptz NOT NULL,
    by_id        text NOT NULL CHECK (by_id <> ''),
    on_behalf_of text NOT NULL,
    form         text NOT NULL,
    text         text NOT NULL,
    fields       json NOT NULL,
    PRIMARY KEY (challenge_id, seq),
    UNIQUE (challenge_id, visit), -- the first answer to a visit is the only one
    FOREIGN KEY (challenge_id, seq) REFERENCES event (challenge_id, seq)
);
CREATE TABLE plan_action (
    challenge_id uuid NOT NULL,
    seq          int  NOT NULL,
    n            int  NOT NULL CHECK (n > 0),
    what         text NOT NULL CHECK (what <> ''),
    who          text NOT NULL CHECK (who <> ''),
    by_date      date NOT NULL,
    PRIMARY KEY (challenge_id, seq, n),
    FOREIGN KEY (challenge_id, seq) REFERENCES response (challenge_id, seq)
);

-- What must be shown to whom, and what became of it.
CREATE TABLE delivery (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    challenge_id uuid REFERENCES challenge (id),
    lane         text COLLATE "C" NOT NULL, -- deliveries of one lane go out one after the other
    kind         text NOT NULL CHECK (kind IN ('post', 'update', 'reply')),
    card         text NOT NULL CHECK (card <> '' OR kind = 'reply'),
    visit        int  NOT NULL CHECK (visit >= 0),
    to_person    text NOT NULL,
    to_team      text NOT NULL,
    spec         json, -- what a reply shows
    posted       bigint, -- the post that an update brings up to date
    over_conversation text, -- the message that a reply takes the place of
    over_service_url  text,
    over_activity     text,
    created_at   timestamptz NOT NULL,
    state        text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'sent', 'dropped', 'failed')),
    attempts     int  NOT NULL DEFAULT 0 CHECK (attempts >= 0),
    not_before   timestamptz NOT NULL,
    lease_owner  text,
    lease_until  timestamptz,
    done_at      timestamptz,
    last_status  int,
    last_code    text,
    CONSTRAINT delivery_reply_has_a_spec CHECK ((kind = 'reply') = (spec IS NOT NULL)),
    CONSTRAINT delivery_shows_a_challenge CHECK ((kind = 'reply') = (challenge_id IS NULL)),
    CONSTRAINT delivery_update_of_a_post CHECK ((kind = 'update') = (posted IS NOT NULL)),
    CONSTRAINT delivery_over_is_whole CHECK (num_nulls(over_conversation, over_service_url, over_activity) IN (0, 3)
        AND (over_activity IS NULL OR kind = 'reply')),
    CONSTRAINT delivery_lane_of_address CHECK (lane = CASE WHEN to_person <> '' THEN 'person:' || to_person
        WHEN to_team <> '' THEN 'team:' || to_team END),
    CONSTRAINT delivery_done_when_not_waiting CHECK ((state = 'waiting') = (done_at IS NULL)),
    CONSTRAINT delivery_lease_is_whole CHECK ((lease_owner IS NULL) = (lease_until IS NULL)),
    CONSTRAINT delivery_lease_while_waiting CHECK (lease_until IS NULL OR state = 'waiting')
) WITH (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02);
CREATE INDEX delivery_lane_head ON delivery (lane, id) WHERE state = 'waiting';
CREATE INDEX delivery_leased ON delivery (lane) WHERE lease_until IS NOT NULL;
CREATE INDEX delivery_update_waiting ON delivery (posted) WHERE state = 'waiting' AND posted IS NOT NULL;

-- Each try, with what Teams answered.
CREATE TABLE attempt (
    delivery_id bigint NOT NULL REFERENCES delivery (id),
    n           int    NOT NULL CHECK (n > 0),
    at          timestamptz NOT NULL,
    owner       text   NOT NULL,
    status      int    NOT NULL CHECK (status >= 0), -- HTTP status, 0 without an answer
    code        text   NOT NULL,
    ambiguous   bool   NOT NULL, -- Teams may have taken the message though we do not know
    PRIMARY KEY (delivery_id, n)
);

-- The messages that Teams has from us, and which version of the challenge each shows.
CREATE TABLE posted_card (
    delivery_id     bigint PRIMARY KEY REFERENCES delivery (id),
    challenge_id    uuid NOT NULL REFERENCES challenge (id),
    lane            text COLLATE "C" NOT NULL,
    card            text NOT NULL,
    visit           int  NOT NULL CHECK (visit >= 0),
    to_person       text NOT NULL,
    to_team         text NOT NULL,
    conversation_id text NOT NULL CHECK (conversation_id <> ''),
    service_url     text NOT NULL,
    activity_id     text NOT NULL CHECK (activity_id <> ''),
    version         int  NOT NULL CHECK (version > 0),
    content_hash    bytea NOT NULL CHECK (octet_length(content_hash) = 32),
    final           bool NOT NULL, -- it will not change any more
    shown_at        timestamptz NOT NULL
);
CREATE INDEX posted_card_live ON posted_card (challenge_id) WHERE NOT final;
ALTER TABLE delivery ADD FOREIGN KEY (posted) REFERENCES posted_card (delivery_id);

-- What was handled, so that the same activity has the same answer twice.
CREATE TABLE receipt (
    key          text COLLATE "C" PRIMARY KEY CHECK (key <> ''),
    at           timestamptz NOT NULL,
    challenge_id uuid REFERENCES challenge (id),
    seq          int CHECK (seq > 0), -- the challenge's, right after
    said         json,
    CONSTRAINT receipt_of_a_moment CHECK ((challenge_id IS NULL) = (seq IS NULL))
);

-- How to reach a person or a channel.
CREATE TABLE conversation (
    lane            text COLLATE "C" PRIMARY KEY CHECK (lane ~ '^(person|team|thread):.'),
    conversation_id text NOT NULL CHECK (conversation_id <> ''),
    service_url     text NOT NULL CHECK (service_url <> ''),
    mri             text NOT NULL,
    seen_at         timestamptz NOT NULL
);

-- What is only ever added to refuses everything else, whoever asks.
-- +goose StatementBegin
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'rows of % are only ever added', TG_TABLE_NAME USING ERRCODE = 'CB002';
END $$;
-- +goose StatementEnd
CREATE TRIGGER insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ladder FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON event FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON response FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON plan_action FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON attempt FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON receipt FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER never_deleted BEFORE DELETE OR TRUNCATE ON challenge FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER never_deleted BEFORE DELETE OR TRUNCATE ON delivery FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- A statement that must change so many rows and did not ends its transaction, though COMMIT is already on its way.
-- +goose StatementBegin
CREATE FUNCTION must_be(actual bigint, expected bigint) RETURNS bigint LANGUAGE plpgsql AS $$
BEGIN
    IF actual <> expected THEN
        RAISE EXCEPTION 'the rows were not as they had been read' USING ERRCODE = 'CB001';
    END IF;
    RETURN actual;
END $$;
-- +goose StatementEnd
