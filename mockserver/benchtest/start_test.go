package benchtest

import "time"

// firstAnswer measures how soon a server answers after its exec, and what it holds
// in memory then. The question is a documented one, so that nothing it needs can be
// put off.
func firstAnswer(b *bench) ([]row, error) {
	const (
		starts                     = 15
		longest, overHello, memory = 30, 6, 24
	)
	var own, hello, relative, resident []float64
	for range starts {
		p, err := b.programs["hello"].launch(b.ctx, "ADDR")
		if err != nil {
			return nil, err
		}
		took, err := p.answered(list)
		if err != nil {
			return nil, err
		}
		hello = append(hello, milliseconds(took))
		b.stop(p)

		if p, err = b.programs["keyturn"].launch(b.ctx, "serve", "--addr", "ADDR"); err != nil {
			return nil, err
		}
		if took, err = p.answered(list); err != nil {
			return nil, err
		}
		size, err := p.resident()
		if err != nil {
			return nil, err
		}
		b.stop(p)
		own, resident = append(own, milliseconds(took)), append(resident, size)
		relative = append(relative, own[len(own)-1]/hello[len(hello)-1])
	}
	return []row{
		atMost(longest, "exec to first answer", " ms", own),
		{name: "exec to first answer, hello-world", unit: " ms", values: hello},
		atMost(overHello, "exec to first answer : hello-world", "", relative),
		atMost(memory, "resident at the first answer", " MiB", resident),
	}, nil
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
