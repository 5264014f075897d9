package challenge

import "challengebot/internal/directory"

// Person is somebody as known when an event was written: the Entra object id
// never changes, the name is the one of that day.
type Person struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// System acts when no person does.
var System = Person{ID: "", Name: "challengebot"}

// Party is a person with the role they were asked in.
type Party struct {
	Person
	Role directory.Role `json:"role"`
	// CoverFor names the role's holder when this person stands in; CoverForID is their Entra
	// object id, which parties recorded by an earlier version lack.
	CoverFor   string `json:"cover_for,omitempty"`
	CoverForID string `json:"cover_for_id,omitempty"`
}
