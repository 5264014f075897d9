package postgres

import (
	"time"

	"github.com/jackc/pgx/v5/pgtype"
)

// clampedTime reads a time of which a hand may have made infinity: then it is the last moment, or
// the first, that this program can tell. One such row would otherwise keep a whole statement, and
// everybody's work with it, from being read. NULL is the zero time.
type clampedTime time.Time

var lastMoment = time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC)

// ScanTimestamptz is how pgx hands the time over.
func (t *clampedTime) ScanTimestamptz(v pgtype.Timestamptz) error {
	switch {
	case !v.Valid:
		*t = clampedTime{}
	case v.InfinityModifier == pgtype.Infinity:
		*t = clampedTime(lastMoment)
	case v.InfinityModifier == pgtype.NegativeInfinity:
		*t = clampedTime(time.Time{}.AddDate(1, 0, 0)) // not the zero time, which says that there is none
	default:
		*t = clampedTime(v.Time.UTC())
	}
	return nil
}

// clamp lets a time be read so.
func clamp(t *time.Time) *clampedTime { return (*clampedTime)(t) }
