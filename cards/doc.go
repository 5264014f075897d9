// Package cards draws a domain value as an Adaptive Card.
//
// It is pure: the same value, viewer and time give the same bytes. It stores
// nothing, asks nobody and decides nothing: what a card offers is a convenience,
// and the domain checks every command again.
//
// What is promised of every card:
//
//   - it is at most [MaxBytes] bytes, whatever was written on it: older entries are
//     shortened first, then dropped, then longer texts are cut, and the card says
//     so each time;
//   - no text is markdown: everything is escaped when it is written out, so that
//     nobody can put a link, a mention or a heading on somebody else's card;
//   - every input has a label, every Action.Execute a fallback Action.Submit with
//     the same data, every input an id of its own that no action's data uses;
//   - there are no colours of our own, and no meaning in colour without words;
//   - it begins with its one main heading, no two buttons of one title do different
//     things, and inputs come after what asks for them and before their button;
//   - it is in its reader's language, and says in which; package words has the texts;
//   - Text says all that the card says, with its inputs and how to answer by typing;
//   - Summary, fallbackText and speak hold a reference, a stage and a date at the
//     most: they show on locked phones and are read aloud;
//   - the notice for a channel holds a reference, a stage and a date, nothing else.
//
// What may fail: nothing is returned as an error. A card whose ladder or opening is
// missing still names the challenge and says how to read it.
package cards
