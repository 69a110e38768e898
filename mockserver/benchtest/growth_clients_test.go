package benchtest

import "fmt"

// growingClients registers applications over loopback, like anybody's.
func growingClients() growing {
	return growing{
		name: "clients", title: "Clients", sizes: []int{1000, 10_000, 100_000, 1_000_000},
		weighed: 100_000,
		begin: func(g *grower, from program, size int) (*stage, error) {
			const perPage = 10
			server, err := g.stand(from)
			if err != nil {
				return nil, err
			}
			all, _, err := register(server, size)
			if err != nil {
				g.stop(server)
				return nil, err
			}
			read := request{method: "GET", path: "/api/v2/applications/" + blankID}
			page := func(name string, number int) scenario {
				r := request{method: "GET", path: fmt.Sprintf("/api/v2/applications?page=%d&limit=%d", number, perPage)}
				return scenario{name: name, traffic: traffic{want: want{status: 200, text: `"code":200`}, write: r.always()}}
			}
			refreshed := rotatingV2(all, size)
			refreshed.name = "V2 refresh of any"
			return &stage{server, []scenario{
				refreshed,
				anyOf("V2 GET of any", read, want{status: 200, text: `"secret"`}, all, size),
				page("V2 list, the first ten", 1),
				page("V2 list, ten in the middle", max(1, size/perPage/2)),
			}}, nil
		},
	}
}

// stand starts the stand-in.
func (g *grower) stand(from program, more ...string) (*target, error) {
	return from.serve(g.ctx, health, append([]string{"serve", "--addr", "ADDR"}, more...)...)
}
