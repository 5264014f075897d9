package bot

import (
	"challengebot/internal/words"
	"html"
	"regexp"
	"strconv"
	"strings"
)

// What a person wrote arrives with what Teams adds to it: mentions as mark-up, quoted
// messages, HTML entities, characters that nobody sees. normaliseText stands before every
// reading of a text, so that no command knows of any of this.

// typedText is what a person wrote. Each mention of somebody stands in it as a mark: nothing
// within a name is taken for a separator, and who is meant is known by id and not by letters.
type typedText struct {
	marked   string
	mentions []mention
}

// mention is one @mention in a text: the name as the reader saw it, and who Teams says it is.
type mention struct {
	name  string
	who   Account
	isBot bool
}

// A mark is markBegin, the number of the mention, markEnd: characters that Unicode keeps for a
// program's own use and that no text brings along.
const (
	markBegin = '\ufdd0'
	markEnd   = '\ufdd1'
)

var markPattern = regexp.MustCompile(`\x{fdd0}([0-9]+)\x{fdd1}`)

// plain is a piece of the text as people read it: with names in the place of marks.
func (t typedText) plain(piece string) string {
	if !strings.ContainsRune(piece, markBegin) {
		return piece
	}
	return markPattern.ReplaceAllStringFunc(piece, func(mark string) string {
		if m := t.mentionAt(mark); m != nil {
			return m.name
		}
		return ""
	})
}

// mentionAt is the mention for which a mark stands.
func (t typedText) mentionAt(mark string) *mention {
	n, err := strconv.Atoi(strings.Trim(mark, string([]rune{markBegin, markEnd})))
	if err != nil || n < 0 || n >= len(t.mentions) {
		return nil
	}
	return &t.mentions[n]
}

// trimBot takes space and mentions of the bot off both ends: there they address it.
func (t typedText) trimBot(piece string) string { return t.trimBotEnd(t.trimBotStart(piece)) }

func (t typedText) trimBotStart(piece string) string {
	for {
		piece = strings.TrimLeftFunc(piece, words.IsBlank)
		at := markPattern.FindStringIndex(piece)
		if at == nil || at[0] != 0 || !t.isBotMark(piece[:at[1]]) {
			return piece
		}
		piece = piece[at[1]:]
	}
}

func (t typedText) trimBotEnd(piece string) string {
	for {
		piece = strings.TrimRightFunc(piece, words.IsBlank)
		begin := strings.LastIndex(piece, string(markBegin))
		if begin < 0 || !strings.HasSuffix(piece, string(markEnd)) || !t.isBotMark(piece[begin:]) {
			return piece
		}
		piece = piece[:begin]
	}
}

func (t typedText) isBotMark(mark string) bool {
	m := t.mentionAt(mark)
	return m != nil && m.isBot
}

// Elements that Teams writes into a text beside mentions. What a person types with angle
// brackets has none of their attributes and stays.
var (
	emojiElement = regexp.MustCompile(`(?is)<(?:custom)?emoji\b[^<>]*?\balt\s*=\s*(?:"([^"]*)"|'([^']*)')[^<>]*>(?:\s*</(?:custom)?emoji\s*>)?`)
	replyBegin   = regexp.MustCompile(`(?i)<blockquote\b[^<>]*schema\.skype\.com/(?:reply|forward)[^<>]*>`)
	blockQuote   = regexp.MustCompile(`(?i)<(/?)blockquote\b[^<>]*>`)
	// quoteElement is a quoted message, with or without the words that were quoted.
	quoteElement = regexp.MustCompile(`(?is)<quoted\b[^<>]*?(?:/>|>(?:[^<]*</quoted\s*>)?)|</quoted\s*>`)
	// pointerElement is any element that holds nothing and points at something by an id.
	pointerElement = regexp.MustCompile(`(?is)<[a-z][a-z0-9:-]*\s(?:[^<>]*\s)?[a-z]*id\s*=\s*(?:"[^"<>]*"|'[^'<>]*')[^<>]*?(?:/>|>\s*</[a-z][a-z0-9:-]*\s*>)`)
)

// cutReplies takes out the messages that are replied to or forwarded, each with those that it quotes
// itself: what somebody else said is never part of an answer.
func cutReplies(text string) string {
	for {
		begin := replyBegin.FindStringIndex(text)
		if begin == nil {
			return text
		}
		end, depth := begin[1], 1
		for _, tag := range blockQuote.FindAllStringSubmatchIndex(text[begin[1]:], -1) {
			if tag[2] == tag[3] {
				depth++
			} else {
				depth--
			}
			if end = begin[1] + tag[1]; depth == 0 {
				break
			}
		}
		text = text[:begin[0]] + " " + text[end:]
	}
}

// Elements of a text that is HTML as a whole.
var (
	blockBegin        = regexp.MustCompile(`(?is)^[\s\p{Cf}]*(?:<at\b[^<>]*>[^<>]*</at\s*>\s*)*<(?:p|div|ul|ol|h[1-6]|pre|table|span)\b[^<>]*>`)
	blockEnd          = regexp.MustCompile(`(?i)<br\b[^<>]*>|</(?:p|div|tr|h[1-6]|pre|ul|ol)\s*>`)
	listItem          = regexp.MustCompile(`(?i)<li\b[^<>]*>`)
	formattingElement = regexp.MustCompile(`(?i)</?(?:p|div|span|b|strong|i|em|u|s|strike|ul|ol|li|pre|code|h[1-6]|a|font|hr|table|tbody|thead|tr|td|th|sub|sup|blockquote)\b[^<>]*>`)
)

// isMarkUp reports whether the client wrote the whole text as HTML: it says so, or the text begins as
// no person begins one. Otherwise angle brackets are what somebody typed.
func (a Activity) isMarkUp(text string) bool {
	return a.TextFormat == "xml" || a.TextFormat == "html" || blockBegin.MatchString(text)
}

// normaliseText reads the text of a message: quoted messages and other elements of Teams' own
// are taken out, mentions become marks, entities are resolved.
func (a Activity) normaliseText() typedText {
	text := strings.Map(dropMark, a.Text)
	text = cutReplies(text)
	text = quoteElement.ReplaceAllString(text, " ")
	text = emojiElement.ReplaceAllString(text, "$1$2")
	if a.isMarkUp(text) {
		text = blockEnd.ReplaceAllString(text, "\n")
		text = listItem.ReplaceAllString(text, "\n- ")
		text = formattingElement.ReplaceAllString(text, "")
	}
	t := a.markMentions(text)
	t.marked = t.trimBot(strings.Map(plainSpace, unescapeAroundMarks(pointerElement.ReplaceAllString(t.marked, " "))))
	return t
}

// unescapeAroundMarks resolves entities. What comes of one is no mark either.
func unescapeAroundMarks(s string) string {
	var b strings.Builder
	last := 0
	for _, at := range markPattern.FindAllStringIndex(s, -1) {
		b.WriteString(strings.Map(dropMark, html.UnescapeString(s[last:at[0]])))
		b.WriteString(s[at[0]:at[1]])
		last = at[1]
	}
	b.WriteString(strings.Map(dropMark, html.UnescapeString(s[last:])))
	return b.String()
}

// dropMark leaves out the characters of which marks are made: nothing that is typed is a mark.
func dropMark(r rune) rune {
	if r >= '\ufdd0' && r <= '\ufdef' {
		return -1
	}
	return r
}

// plainSpace makes a plain space of each hard one.
func plainSpace(r rune) rune {
	switch r {
	case '\u00a0', '\u2007', '\u202f':
		return ' '
	}
	return r
}
