-- The rights of the two roles of which logins are members: challengebot_app serves, and its part in the audit trail
-- can be added to and never changed, and of a challenge only what its events move; challengebot_read reads, for audit
-- verify, seals, the register and reports. Where they may not be created here, an administrator has made them.
DO $$
DECLARE
    missing name;
BEGIN
    FOREACH missing IN ARRAY ARRAY['challengebot_app', 'challengebot_read'] LOOP
        BEGIN
            IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = missing) THEN
                EXECUTE format('CREATE ROLE %I NOLOGIN', missing);
            END IF;
        EXCEPTION
            WHEN insufficient_privilege THEN
                RAISE NOTICE 'the role % is missing and may not be created here: create it and migrate again', missing;
            WHEN duplicate_object OR unique_violation THEN
                NULL; -- another migration on this server was faster
        END;
    END LOOP;
END $$;

DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'challengebot_app') THEN
        RETURN;
    END IF;
    EXECUTE format('GRANT USAGE ON SCHEMA %I TO challengebot_app', current_schema());
    GRANT USAGE ON SEQUENCE challenge_number TO challengebot_app;
    GRANT SELECT ON goose_db_version TO challengebot_app;
    GRANT SELECT, INSERT ON ladder, event, response, plan_action, attempt, receipt, cover, notice_channel TO challengebot_app;
    GRANT SELECT, INSERT, UPDATE (chair_id, state, version, seq, head, rung, visit, waiting, due_at, next_at, closed_at,
        stalled_until, doc) ON challenge TO challengebot_app;
    GRANT SELECT, INSERT, UPDATE (state, attempts, not_before, lease_owner, lease_until, done_at, last_status,
        last_code, failing_since, aside_at, copies) ON delivery TO challengebot_app;
    GRANT SELECT, INSERT, UPDATE (conversation_id, service_url, activity_id, version, content_hash,
        final, shown_at, superseded) ON posted_card TO challengebot_app;
    GRANT SELECT, INSERT, UPDATE, DELETE ON conversation, unreachable, instance, heartbeat TO challengebot_app;
    GRANT SELECT, INSERT, UPDATE ON directory_copy, installation TO challengebot_app;
    GRANT SELECT, INSERT ON clock_accepted, outage TO challengebot_app;
    GRANT SELECT, INSERT, UPDATE ON channel TO challengebot_app;
EXCEPTION
    WHEN insufficient_privilege THEN
        RAISE NOTICE 'challengebot_app was not granted its rights: migrate as the owner of the schema';
END $$;

DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'challengebot_read') THEN
        RETURN;
    END IF;
    EXECUTE format('GRANT USAGE ON SCHEMA %I TO challengebot_read', current_schema());
    EXECUTE format('GRANT SELECT ON ALL TABLES IN SCHEMA %I TO challengebot_read', current_schema());
EXCEPTION
    WHEN insufficient_privilege THEN
        RAISE NOTICE 'challengebot_read was not granted its rights: migrate as the owner of the schema';
END $$;
