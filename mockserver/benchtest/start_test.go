package benchtest

import "time"

// starts is how often each program is started.
const starts = 15

// firstAnswer is all of startOf and what the parts of a start take.
func firstAnswer(b *bench) ([]row, error) {
	rows, err := startOf(b)
	if err != nil {
		return nil, err
	}
	traced, err := traceStarts(b)
	return append(rows, traced.rows()...), err
}

// startOf measures how soon a server answers after its exec, and what it holds in memory
// when it listens and when it has answered. The question is a documented one, so that
// nothing it needs can be put off.
func startOf(b *bench) ([]row, error) {
	const longest, overHello, memory = 20, 6, 20
	var own, hello, relative, ready, answered []float64
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
		own, answered = append(own, milliseconds(took)), append(answered, size)
		relative = append(relative, own[len(own)-1]/hello[len(hello)-1])

		if size, err = residentWhenReady(b); err != nil {
			return nil, err
		}
		ready = append(ready, size)
	}
	return []row{
		atMost(longest, "exec to first answer", " ms", own),
		{name: "exec to first answer, hello-world", unit: " ms", values: hello},
		atMost(overHello, "exec to first answer : hello-world", "", relative),
		atMost(memory, "resident when ready", " MiB", ready),
		{name: "resident at the first answer", unit: " MiB", values: answered},
	}, nil
}

// residentWhenReady is what a server holds in MiB when it has said that it listens, and
// nobody has asked it for anything.
func residentWhenReady(b *bench) (float64, error) {
	p, err := b.programs["keyturn"].launch(b.ctx, "serve", "--addr", "ADDR")
	if err != nil {
		return 0, err
	}
	if _, err := p.ready(); err != nil {
		return 0, err
	}
	defer b.stop(p)
	return p.resident()
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
