package connector

import "testing"

func TestOnlyExactTeamsHostsMayReceiveTheToken(t *testing.T) {
	t.Parallel()
	var hosts []string
	for _, c := range Clouds() {
		hosts = append(hosts, c.Hosts...)
	}
	allowed := AllowedHosts(hosts...)
	tests := map[string]bool{
		"https://smba.trafficmanager.net/emea/22222222-2222-2222-2222-222222222222/": true,
		"https://smba.trafficmanager.net":                                            true,
		"https://SMBA.trafficmanager.net:443/teams":                                  true,
		"https://smba.infra.gcc.teams.microsoft.com/teams":                           true,
		"https://smba.infra.gov.teams.microsoft.us/teams":                            true,
		"https://smba.infra.dod.teams.microsoft.us/teams":                            true,
		"http://smba.trafficmanager.net/emea/":                                       false,
		"https://smba.trafficmanager.net:8443/emea/":                                 false,
		"https://smba.trafficmanager.net:/emea/":                                     false,
		"https://smba.trafficmanager.net/emea/?x=1":                                  false,
		"https://smba.trafficmanager.net/emea/?":                                     false,
		"https://smba.trafficmanager.net/emea/#x":                                    false,
		"https://smba.trafficmanager.net/emea/#":                                     false,
		"https://a@smba.trafficmanager.net/emea/":                                    false,
		"https://smba.trafficmanager.net@evil.example/":                              false,
		"https://smba.trafficmanager.net.evil.example/":                              false,
		"https://evil.example/smba.trafficmanager.net":                               false,
		"https://evil.example\\@smba.trafficmanager.net/":                            false,
		"https://xsmba.trafficmanager.net/":                                          false,
		"https://sub.smba.trafficmanager.net/":                                       false,
		"https://smba.trafficmanager.net./":                                          false,
		"https://u:p@smba.trafficmanager.net/":                                       false,
		"https://[::1]/":                                                             false,
		"\x00":                                                                       false,
		"https://canary.botapi.skype.com/":                                           false,
		"https://smba.trafficmanager.net/emea/../x":                                  false,
		"https:smba.trafficmanager.net":                                              false,
		"//smba.trafficmanager.net/":                                                 false,
		"https://":                                                                   false,
		"":                                                                           false,
		" https://smba.trafficmanager.net/":                                          false,
		"https://smba.trafficmanager.net\n/":                                         false,
		// Letters that Unicode folds into those of the name, and bytes that stand for letters.
		"https://\u017fmba.trafficmanager.net/":                 false,
		"https://\u017fmba.traffic\uff4danager.net/":            false,
		"https://smba.infra.gcc.teams.micro\u017foft.com/teams": false,
		"https://%C5%BFmba.trafficmanager.net/":                 false,
		"https://%73mba.trafficmanager.net/":                    false,
		"https://smba\u3002trafficmanager\u3002net/":            false,
		"https://smba.tra\ufb03cmanager.net/":                   false,
	}
	for address, want := range tests {
		if got := allowed(address); got != want {
			t.Errorf("%q: allowed %t, want %t", address, got, want)
		}
	}
}

func TestThePracticeAllowListIsOneLoopbackAddress(t *testing.T) {
	t.Parallel()
	tests := []struct {
		base, address string
		want          bool
	}{
		{"http://127.0.0.1:4000/", "http://127.0.0.1:4000/emea/x/", true},
		{"http://[::1]:4000/", "http://[::1]:4000/", true},
		{"http://127.0.0.1:4000/", "http://127.0.0.1:4001/", false},
		{"http://127.0.0.1:4000/", "https://127.0.0.1:4000/", false},
		{"http://127.0.0.1:4000/", "http://evil.example:4000/", false},
		{"http://192.0.2.1:4000/", "http://192.0.2.1:4000/", false},
		{"http://localhost.evil.example/", "http://localhost.evil.example/", false},
		{"", "", false},
	}
	for _, test := range tests {
		if got := LoopbackOnly(test.base)(test.address); got != test.want {
			t.Errorf("base %q, address %q: allowed %t, want %t", test.base, test.address, got, test.want)
		}
	}
}
