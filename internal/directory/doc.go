// Package directory says who holds which role today: the people, teams, services
// and agencies of one authority, their roles, and who stands in for whom. It is
// read from one YAML file and never changes afterwards; a new file is a new
// Directory.
//
// It promises that a directory which was read is whole: every person, team and
// service that is named exists, every identifier is unique, every cover is a span
// of days that a clock can use. Anything else is refused with its place in the
// file and the mend. It does not promise that a role is held: ActingHolders answers nil
// for a vacant role, and CheckVacancies lists the vacancies that a ladder would meet, so
// that they are found before a child's case finds them.
//
// People are recognised by their Entra object id only. Complaints name people by
// their key in the file, never by name or object id, so they may be logged.
package directory
