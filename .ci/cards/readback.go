// Command readback has the bot read what Microsoft's renderer sent when a button was
// pressed: a file of lines, each with the button's own data, the inputs as they were
// filled, and what was sent.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"strings"

	"challengebot/cards"
)

type pressed struct {
	Card, Title string
	Own         json.RawMessage   // data as it stands on the card
	Filled      map[string]string // by the id of the input
	Sent        json.RawMessage
}

func main() {
	f, err := os.Open(os.Args[1])
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	total, wrong := 0, 0
	for lines.Scan() {
		var p pressed
		err := json.Unmarshal(lines.Bytes(), &p)
		if err == nil {
			err = p.understood()
		}
		if err != nil {
			wrong++
			fmt.Printf("%s, %q: %v\n", p.Card, p.Title, err)
		}
		total++
	}
	if err := lines.Err(); err != nil || total == 0 {
		fmt.Fprintln(os.Stderr, "nothing was pressed", err)
		os.Exit(1)
	}
	fmt.Printf("%d presses read by the bot, %d not understood\n", total, wrong)
	if wrong > 0 {
		os.Exit(1)
	}
}

// understood holds that what was sent says the same as the button, with every input
// that belongs to the button under the id by which the bot knows it.
func (p pressed) understood() error {
	want, _, err := cards.ParseButtonData(p.Own)
	if err != nil {
		return fmt.Errorf("the button's own data: %w", err)
	}
	got, inputs, err := cards.ParseButtonData(p.Sent)
	if err != nil {
		return err
	}
	if got != want {
		return fmt.Errorf("sent %+v, the button says %+v", got, want)
	}
	if got.Verb == "" {
		return fmt.Errorf("no verb")
	}
	filled := map[string]string{}
	for id, v := range p.Filled {
		if own, ok := strings.CutPrefix(id, want.InputPrefix); ok {
			if v == cards.NoChoice {
				v = ""
			}
			filled[own] = v
		}
	}
	if !maps.Equal(filled, inputs) {
		return fmt.Errorf("filled %q, the bot read %q", filled, inputs)
	}
	return nil
}
