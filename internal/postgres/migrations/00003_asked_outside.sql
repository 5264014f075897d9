-- A respondent without an account was asked by telephone or e-mail.

-- +goose Up
ALTER TABLE event DROP CONSTRAINT event_kind_known;
ALTER TABLE event ADD CONSTRAINT event_kind_known CHECK (kind IN ('raised', 'rung_opened', 'role_vacant', 'redated', 'delivered',
    'undelivered', 'reminded', 'responded', 'reply_kept', 'judged', 'lapsed', 'held', 'gate_recorded', 'nudged',
    'skipped_to', 'resolved', 'exhausted', 'withdrawn', 'handed_off', 'referred', 'handed_over', 'asked_outside'));
