package storetest

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/keyturn/keyturn/mockserver/client"
	"github.com/keyturn/keyturn/mockserver/store"
)

var (
	crashRounds = flag.Int("crash-rounds", 5, "how often the crash test kills a process that writes")
	crashChild  = flag.Bool("crash-child", false, "be the process that the crash test kills: the round and the place are on the standard input")
)

// Crash is how a backend is crashed.
type Crash struct {
	// Place returns where a backend is to be kept, as a line of text: a path, the name of
	// a database.
	Place func(tb testing.TB) string
	// Open opens the backend in the place. It is called in other processes too.
	Open func(place string) (store.Durable, error)
}

// RunCrash proves that what was acknowledged is there after a process was killed at any
// time, and that nothing is there by half. It starts the test's binary again for that
// test, once each round; -crash-rounds says how often. Call it in a test that does nothing
// else, and not in a subtest.
func RunCrash(t *testing.T, crash Crash) {
	t.Helper()
	if *crashChild {
		writeUntilKilled(t, crash, os.Stdin)
		return
	}
	place := crash.Place(t)
	ledger := &acknowledged{clients: map[string]*fate{}}
	for round := range *crashRounds {
		ledger.round = round
		killed(t, place, ledger)
		b, err := crash.Open(place)
		if err != nil {
			t.Fatalf("round %d: %v", round, err)
		}
		ledger.verify(t, b)
		if err := b.Close(); err != nil {
			t.Fatalf("round %d: %v", round, err)
		}
	}
	t.Logf("%d rounds, %d acknowledged calls", *crashRounds, ledger.count)
	if ledger.count < *crashRounds {
		t.Errorf("only %d calls were acknowledged", ledger.count)
	}
}

// killed runs a process that writes, kills it after a while, and notes what it said.
func killed(t *testing.T, place string, ledger *acknowledged) {
	t.Helper()
	child := exec.Command(os.Args[0], "-test.run", "^"+t.Name()+"$", "-test.count", "1", "-crash-child") //nolint:gosec // it is this binary
	child.Stdin = strings.NewReader(fmt.Sprintf("%d\n%s\n", ledger.round, place))
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	var timer *time.Timer
	random := rand.New(rand.NewPCG(uint64(ledger.round), 0)) //nolint:gosec // how long it lives is no secret
	length := time.Duration(20+random.IntN(250)) * time.Millisecond
	said := []string{}
	for lines.Scan() {
		if line := lines.Text(); line == "begin" {
			timer = time.AfterFunc(length, func() { _ = child.Process.Kill() })
		} else {
			said = append(said, line)
		}
	}
	if timer == nil {
		_ = child.Process.Kill()
	}
	err = child.Wait()
	if exit, ok := errors.AsType[*exec.ExitError](err); timer == nil || !ok || exit.Exited() {
		t.Fatalf("the process was not killed while it wrote: %v\n%s", err, strings.Join(said, "\n"))
	}
	for _, line := range said {
		ledger.note(t, line)
	}
}

// fate is what is known of a client. A call that was begun and not acknowledged may have
// been carried out.
type fate struct {
	present, gone bool
	// least is the last acknowledged rotation, most the last one that was begun.
	least, most int
}

// acknowledged is what the processes said that they had begun and had been told.
type acknowledged struct {
	round, count int
	content      string
	clients      map[string]*fate
	record       uint64
}

// note reads a line: a word, what it is about, and a number. The words are in pairs, one
// before the call and one after it.
func (a *acknowledged) note(t *testing.T, line string) {
	t.Helper()
	words := strings.Fields(line)
	if len(words) != 3 {
		return // cut off by the kill, or of the test's own
	}
	n, err := strconv.Atoi(words[2])
	if err != nil {
		return
	}
	at := a.clients[words[1]]
	if at == nil {
		at = &fate{gone: true}
	}
	switch words[0] {
	case "content":
		a.content = words[1]
		return
	case "record":
		a.record = uint64(n)
		a.count++
		return
	case "create":
		*at = fate{present: true, gone: true}
	case "created":
		*at = fate{present: true}
	case "rotate":
		at.most = n
	case "rotated":
		at.least = n
	case "delete":
		at.gone = true
	case "deleted":
		*at = fate{gone: true}
	default:
		return
	}
	if strings.HasSuffix(words[0], "ed") {
		a.count++
	}
	a.clients[words[1]] = at
}

func (a *acknowledged) verify(t *testing.T, b store.Durable) {
	t.Helper()
	ctx := context.Background()
	if a.content == "" {
		return
	}
	record, err := b.Record(ctx, "crash", 0)
	if err != nil || record.Version < a.record || string(record.Data) != a.content {
		t.Fatalf("round %d: the record is %d %q (%v), want version %d or later of %q", a.round, record.Version, record.Data, err, a.record, a.content)
	}
	c, err := b.Open(ctx, a.content)
	if err != nil {
		t.Fatalf("round %d: %v", a.round, err)
	}
	for id, want := range a.clients {
		a.verifyOne(t, c, id, want)
	}
	page, err := c.List(ctx, store.Query{Realm: "realm"})
	if err != nil || page.Total != len(page.Clients) {
		t.Fatalf("round %d: %d of %d clients are listed (%v)", a.round, len(page.Clients), page.Total, err)
	}
	a.verifyList(t, c, page)
}

// verifyList wants every index to say the same, and nothing to be there by half.
func (a *acknowledged) verifyList(t *testing.T, c store.Content, page store.Page) {
	t.Helper()
	ctx := context.Background()
	last := uint64(0)
	listed := map[string]bool{}
	for i := range page.Clients {
		one := &page.Clients[i]
		listed[one.ID] = true
		if one.Serial <= last {
			t.Errorf("round %d: the serial %d comes after %d", a.round, one.Serial, last)
		}
		last = one.Serial
		for name, found := range map[string]func() (client.Client, error){
			"Get":  func() (client.Client, error) { return c.Get(ctx, one.Key) },
			"Find": func() (client.Client, error) { return c.Find(ctx, one.Realm, one.ClientID) },
		} {
			if got, err := found(); err != nil || got.Serial != one.Serial {
				t.Errorf("round %d: %s is listed, %s gives %d %v", a.round, one.ID, name, got.Serial, err)
			}
		}
		// Both are written by the same calls.
		if len(one.Secrets) != 2 || one.Secrets[0].ID != one.Secrets[1].ID {
			t.Errorf("round %d: half of a rotation of %s: %v", a.round, one.ID, one.Secrets)
		}
		if twin, ok := strings.CutPrefix(one.ID, "left-"); ok && !listed["right-"+twin] {
			if _, err := c.Get(ctx, client.Key{Realm: "realm", ID: "right-" + twin}); err != nil {
				t.Errorf("round %d: half of a deletion: %v", a.round, err)
			}
		}
	}
	a.settle(listed, page)
}

func (a *acknowledged) verifyOne(t *testing.T, c store.Content, id string, want *fate) {
	t.Helper()
	got, err := c.Get(context.Background(), client.Key{Realm: "realm", ID: id})
	switch {
	case err != nil && (client.KindOf(err) != client.NotFound || !want.gone):
		t.Errorf("round %d: %s, which was acknowledged: %v", a.round, id, err)
	case err == nil && !want.present:
		t.Errorf("round %d: %s is there, and its deletion was acknowledged", a.round, id)
	case err == nil:
		if at := rotation(got); at < want.least || at > max(want.least, want.most) {
			t.Errorf("round %d: %s is at rotation %d, acknowledged were %d, begun %d", a.round, id, at, want.least, want.most)
		}
	}
}

// settle takes what there is as what there has to be.
func (a *acknowledged) settle(listed map[string]bool, page store.Page) {
	for id := range a.clients {
		if !listed[id] {
			delete(a.clients, id)
		}
	}
	for _, c := range page.Clients {
		a.clients[c.ID] = &fate{present: true, least: rotation(c), most: rotation(c)}
	}
}

func rotation(c client.Client) int {
	if len(c.Secrets) == 0 {
		return -1
	}
	n, err := strconv.Atoi(c.Secrets[0].ID)
	if err != nil {
		return -1
	}
	return n
}

// writeUntilKilled is the other process.
func writeUntilKilled(t *testing.T, crash Crash, from io.Reader) {
	t.Helper()
	ctx := context.Background()
	lines := bufio.NewScanner(from)
	lines.Scan()
	round := lines.Text()
	lines.Scan()
	b, err := crash.Open(lines.Text())
	if err != nil {
		t.Fatal(err)
	}
	say := teller(os.Stdout)
	var c store.Content
	record, err := b.Record(ctx, "crash", 0)
	if err == nil {
		c, err = b.Open(ctx, string(record.Data))
	} else if c, err = b.New(ctx); err == nil {
		record.Version, err = b.Put(ctx, "crash", []byte(c.ID()), 0)
		record.Data = []byte(c.ID())
	}
	if err != nil {
		t.Fatal(err)
	}
	say("content", c.ID(), 0)
	say("record", "crash", int(record.Version))
	say("begin")
	var writers sync.WaitGroup
	for writer := range 8 {
		writers.Go(func() {
			for n := 0; ; n++ {
				if err := oneLife(ctx, c, fmt.Sprint(round, "-", writer, "-", n), n%4 > 0, say); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	writers.Go(func() {
		for {
			version, err := b.Put(ctx, "crash", record.Data, record.Version)
			if err != nil {
				t.Error(err)
				return
			}
			record.Version = version
			say("record", "crash", int(version))
			if copied, err := c.Fork(ctx, 1); err != nil || copied.Drop(ctx) != nil {
				t.Error("a copy could not be made and dropped", err)
				return
			}
		}
	})
	writers.Wait()
}

// teller writes each line with one call: what was written before a kill arrives.
func teller(to io.Writer) func(words ...any) {
	var mu sync.Mutex
	return func(words ...any) {
		mu.Lock()
		defer mu.Unlock()
		_, _ = io.WriteString(to, fmt.Sprintln(words...))
	}
}

// oneLife creates two clients, rotates them, and deletes them as one, or leaves them.
func oneLife(ctx context.Context, c store.Content, name string, mortal bool, say func(...any)) error { //nolint:revive // some lives end
	twins := []string{"right-" + name, "left-" + name}
	for _, id := range twins {
		one := full(id)
		one.Secrets = []client.Secret{{ID: "0"}, {ID: "0"}}
		say("create", id, 0)
		if _, err := c.Create(ctx, one); err != nil {
			return err
		}
		say("created", id, 0)
	}
	for n := 1; n <= 5; n++ {
		for _, id := range twins {
			say("rotate", id, n)
			_, err := c.Update(ctx, full(id).Key, func(c *client.Client) error {
				c.Secrets = []client.Secret{{ID: strconv.Itoa(n)}, {ID: strconv.Itoa(n)}}
				return nil
			})
			if err != nil {
				return err
			}
			say("rotated", id, n)
		}
	}
	if !mortal {
		return nil
	}
	for _, id := range twins {
		say("delete", id, 0)
	}
	if err := c.Delete(ctx, full(twins[0]).Key, full(twins[1]).Key); err != nil {
		return err
	}
	for _, id := range twins {
		say("deleted", id, 0)
	}
	return nil
}
