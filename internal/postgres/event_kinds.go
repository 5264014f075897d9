package postgres

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5/pgxpool"

	"challengebot/internal/challenge"
)

// knownEventKindsSQL reads the kinds of event that the database takes from its CHECK.
const knownEventKindsSQL = `SELECT array_agg(kind ORDER BY kind) FROM (
    SELECT (regexp_matches(pg_get_constraintdef(oid), '''([a-z_]+)''::text', 'g'))[1]
    FROM pg_constraint WHERE conname = 'event_kind_known' AND conrelid = 'event'::regclass
) AS known (kind)`

// addEventKinds lets the database take every kind of event of package challenge: a new
// kind needs no migration of its own. Kinds that only a newer program knows stay.
func addEventKinds(ctx context.Context, pool *pgxpool.Pool) error {
	var known []string
	if err := pool.QueryRow(ctx, knownEventKindsSQL).Scan(&known); err != nil {
		return fmt.Errorf("postgres: read the kinds of event that the database takes: %w", err)
	}
	missing := missingEventKinds(known)
	if len(missing) == 0 {
		return nil
	}
	all := slices.Compact(slices.Sorted(slices.Values(slices.Concat(known, missing))))
	// Every row fits the new CHECK, since it only takes more: it is not read for it.
	replace := fmt.Sprintf(`ALTER TABLE event DROP CONSTRAINT event_kind_known,
    ADD CONSTRAINT event_kind_known CHECK (kind IN ('%s')) NOT VALID;
ALTER TABLE event VALIDATE CONSTRAINT event_kind_known`, strings.Join(all, "', '"))
	if _, err := pool.Exec(ctx, replace, simpleProtocol); err != nil {
		return fmt.Errorf("postgres: let the database take the events %s: %w", strings.Join(missing, ", "), err)
	}
	return nil
}

// missingEventKinds are the kinds of this program that are not among the known.
func missingEventKinds(known []string) []string {
	var missing []string
	for _, k := range challenge.EventKinds() {
		if !slices.Contains(known, string(k)) {
			missing = append(missing, string(k))
		}
	}
	return missing
}
