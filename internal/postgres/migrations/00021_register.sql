-- The register finds challenges, open and ended, by when they were raised and by the child's number.
-- Both stand in the first event, a corrected number in that of the correction. Events never change, so
-- that these indexes cost the other steps nothing. The number is found in the text of the document:
-- PostgreSQL cannot take a document apart in which somebody wrote a character zero. Within a text of
-- the document a quotation mark is escaped, so that no text can look like the number.

-- +goose Up

CREATE INDEX event_raised ON event (at DESC, challenge_id DESC) WHERE seq = 1;
CREATE INDEX event_record_number ON event (upper(substring(data::text FROM '"details":\{"record":"([^"]*)"'))) WHERE seq = 1;
CREATE INDEX event_corrected_number ON event (upper(substring(data::text FROM '^\{"record":"([^"]*)"'))) WHERE kind = 'corrected';
