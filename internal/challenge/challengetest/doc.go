// Package challengetest holds fixtures for tests of challenges: one authority made
// up for them, its calendar, random small ladders, and random commands by random
// people at random times. Only tests import it.
//
// The authority has what makes trouble: a role that nobody holds, a manager who is
// a chair, stand-ins, partner agencies, people away. Everything random comes from
// rapid, so that a failure shrinks and can be repeated.
package challengetest
