package directory

import "challengebot/internal/workday"

// StandInFor names who acts in the stead of the person with that Entra object id on
// a civil day: the last of their chain of cover. False means that
// nobody does, be it that the person is at work or that no cover is listed.
func (d *Directory) StandInFor(entra string, on workday.Date) (Person, bool) {
	p, ok := d.PersonByEntra(entra)
	if !ok {
		return Person{}, false
	}
	chain := d.coverChain(p.ID, on)
	if len(chain) == 1 {
		return Person{}, false
	}
	return d.personByKey(chain[len(chain)-1]), true
}
