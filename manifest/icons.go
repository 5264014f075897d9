package manifest

import _ "embed" // for the icons

// The icons lie beside this file as icons_test.go draws them, so that they can be looked at and so
// that the package's bytes do not depend on the version of a PNG encoder.
//
//go:generate go test . -run TestTheIconsAreAsDrawn -update
var (
	//go:embed color.png
	defaultColourIcon []byte
	//go:embed outline.png
	defaultOutlineIcon []byte
)

// accentColour is the colour of the app, behind the mark and around it in Teams.
const accentColour = "#24527A"
