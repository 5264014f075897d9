// Package yamlfile reads one YAML file strictly.
//
// It promises that nothing in a file is ignored or guessed: an unknown key, a key
// given twice, a value of the wrong kind, a second document, an anchor, an alias
// or a tag is refused, each with file, line, column and how to mend it, and all
// of them in one go. Whoever reads a file can ask afterwards where a value stood
// (File.At), so that complaints about its meaning carry positions too.
//
// It promises never to panic, whatever the bytes: the parser underneath
// (goccy/go-yaml) is known to, so it runs under recover, on input that was cut
// to MaxSize and checked for nesting deeper than a hand-written file has.
//
// Only the parser's tree is used; the values are filled in here. The parser's own
// decoder stops at the first mistake and turns some values silently into others.
package yamlfile
