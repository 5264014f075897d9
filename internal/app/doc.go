// Package app joins the parts into the program: the store, the bot's routes, the
// engine and the connector, each of which knows none of the others. The commands
// serve and try and the behaviour tests all start what New makes, so that what is
// tested is what runs.
//
// New fails when something is missing or contradicts itself, with an error for the
// administrator. A database that is away is waited for, a directory file that is broken is
// replaced by a copy of the last whole one, and both are said aloud. The database's clock
// is the one clock. Run returns when its context ends: requests under way end first,
// then the engine gives back what it had claimed.
package app
