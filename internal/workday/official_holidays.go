package workday

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"sync"
	"time"
)

// The official list of United Kingdom bank holidays as published on GOV.UK ("UK bank holidays",
// open data under the Open Government Licence v3.0): 2012 to 2018 from the history of its
// calendars, 2019 to 2028 from the list of 25 February 2026. GOV.UK looks two to three years ahead
// and edits at short notice (the State Funeral of 2022: ten days; the World Cup day in Scotland:
// four months), so a new list means a new file here, or a line in Settings.ExtraHolidays until
// then.
//
//go:embed data/uk-bank-holidays.json
var officialJSON []byte

// officialList is one division's part of the list. It covers whole years.
type officialList struct {
	from, until Date
	names       map[Date]string
}

// substituteSuffix marks a day off that stands in for a holiday on a weekend.
const substituteSuffix = " (substitute day)"

var officialLists = sync.OnceValues(func() (map[Division]officialList, error) {
	var file map[Division][]struct {
		Date  Date   `json:"date"`
		Title string `json:"title"`
		Notes string `json:"notes"`
	}
	if err := json.Unmarshal(officialJSON, &file); err != nil {
		return nil, fmt.Errorf("workday: the embedded bank-holiday list cannot be read: %w", err)
	}
	lists := make(map[Division]officialList, len(file))
	for division, events := range file {
		if len(events) == 0 {
			return nil, fmt.Errorf("workday: the embedded bank-holiday list is empty for %s", division)
		}
		list := officialList{names: make(map[Date]string, len(events))}
		first, last := events[0].Date, events[0].Date
		for _, event := range events {
			first, last = min(first, event.Date), max(last, event.Date)
			name := event.Title
			if event.Notes == "Substitute day" {
				name += substituteSuffix
			}
			list.names[event.Date] = name
		}
		list.from = NewDate(first.Year(), time.January, 1)
		list.until = NewDate(last.Year(), time.December, 31)
		lists[division] = list
	}
	return lists, nil
})
