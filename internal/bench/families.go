package main

import (
	"fmt"
	"strings"
)

// The families of specs/bench for any parameter, in our text of automata: the files there are members.

// machine collects the text of one automaton.
type machine struct{ strings.Builder }

func newMachine(name string) *machine {
	m := &machine{}
	fmt.Fprintf(m, ".outputs %s\n.state graph\n", name)
	return m
}

func (m *machine) send(from, peer, message, to string) {
	fmt.Fprintf(m, "%s %s ! %s %s\n", from, peer, message, to)
}

func (m *machine) receive(from, peer, message, to string) {
	fmt.Fprintf(m, "%s %s ? %s %s\n", from, peer, message, to)
}

func (m *machine) internal(from, to string) { fmt.Fprintf(m, "%s tau %s\n", from, to) }

// end gives the whole text.
func (m *machine) end(initial string, final ...string) string {
	fmt.Fprintf(m, ".marking %s\n", initial)
	if len(final) > 0 {
		fmt.Fprintf(m, ".final %s\n", strings.Join(final, " "))
	}
	fmt.Fprint(m, ".end\n")
	return m.String()
}

func numbered(name string, i int) string { return fmt.Sprint(name, i) }

// saga is an orchestrator that starts n branches and commits or aborts all of them; each branch calls a service
// that may crash, and waits for it with a timeout.
func saga(n int) string {
	var b strings.Builder
	fmt.Fprint(&b, ".channels fifo 2\n")
	o := newMachine("O")
	collect := func(good bool, i int) string { // the votes of the first i branches are there
		switch {
		case i == 0:
			return numbered("s", n)
		case good:
			return numbered("good", i)
		}
		return numbered("bad", i)
	}
	for i := range n {
		branch := numbered("B", i)
		o.send(numbered("s", i), branch, "m1", numbered("s", i+1))
		for _, good := range []bool{true, false} {
			o.receive(collect(good, i), branch, "m1", collect(good, i+1))
			o.receive(collect(good, i), branch, "m2", collect(false, i+1))
			if i == 0 {
				break // nobody has voted yet: one state
			}
		}
	}
	phase := func(name string, i int, first, last string) string {
		switch i {
		case 0:
			return first
		case n:
			return last
		}
		return numbered(name, i)
	}
	for i := range n {
		branch := numbered("B", i)
		o.send(phase("commit", i, collect(true, n), "done"), branch, "m2", phase("commit", i+1, "", "done"))
		o.send(phase("abort", i, collect(false, n), "aborted"), branch, "m3", phase("abort", i+1, "", "aborted"))
		o.receive(phase("undone", i, "aborted", "done"), branch, "m3", phase("undone", i+1, "", "done"))
	}
	fmt.Fprint(&b, o.end("s0", "done"))
	for i := range n {
		fmt.Fprint(&b, sagaBranch(numbered("B", i), numbered("S", i)))
	}
	for i := range n {
		fmt.Fprint(&b, sagaService(numbered("S", i), numbered("B", i)))
	}
	return b.String()
}

func sagaBranch(name, service string) string {
	m := newMachine(name)
	m.receive("idle", "O", "m1", "started")
	m.send("started", service, "m1", "called")
	m.receive("called", service, "m1", "booked")
	m.receive("called", service, "m2", "refused")
	m.internal("called", "late")
	m.send("booked", "O", "m1", "ok")
	m.send("refused", "O", "m2", "failed")
	m.send("late", "O", "m2", "gaveUp")
	m.receive("ok", "O", "m2", "committing")
	m.send("committing", service, "m2", "done")
	m.receive("ok", "O", "m3", "undo")
	m.receive("gaveUp", "O", "m3", "undo")
	m.receive("failed", "O", "m3", "undone")
	m.send("undo", service, "m3", "undoing")
	m.receive("undoing", service, "m3", "undone")
	m.internal("undoing", "undone")
	m.send("undone", "O", "m3", "done")
	for _, late := range []struct{ state, messages string }{{"undoing", "m1 m2"}, {"gaveUp", "m1 m2"}, {"done", "m1 m2 m3"}} {
		for _, message := range strings.Fields(late.messages) {
			m.receive(late.state, service, message, late.state)
		}
	}
	return m.end("idle", "done")
}

func sagaService(name, branch string) string {
	m := newMachine(name)
	m.receive("idle", branch, "m1", "asked")
	m.send("asked", branch, "m1", "booked")
	m.send("asked", branch, "m2", "refused")
	m.receive("booked", branch, "m2", "done")
	m.receive("booked", branch, "m3", "undoing")
	m.receive("refused", branch, "m3", "undoing")
	m.send("undoing", branch, "m3", "done")
	for _, state := range []string{"idle", "asked", "booked", "refused", "undoing"} {
		m.internal(state, "crashed")
	}
	return m.end("idle", "idle", "booked", "refused", "done", "crashed")
}

// twoPhaseCommit is a coordinator with timeouts and n participants, all of which may crash.
func twoPhaseCommit(n int) string {
	var b strings.Builder
	fmt.Fprint(&b, ".channels fifo 1\n")
	for i := range n {
		fmt.Fprintf(&b, ".channel P%d C fifo 2\n", i)
	}
	c := newMachine("C")
	all := 1<<n - 1
	row := func(first, name, last string, message string) { // sends to all, one after the other
		for i := range n {
			from, to := numbered(name, i), numbered(name, i+1)
			if i == 0 {
				from = first
			}
			if i == n-1 {
				to = last
			}
			c.send(from, numbered("P", i), message, to)
			if message != "m1" {
				c.internal(from, "crashed")
			}
		}
	}
	row("start", "ask", numbered("votes", 0), "m1")
	row(numbered("votes", all), "commit", numbered("acks", 0), "m2")
	row("abort", "abort", numbered("drains", 0), "m3")
	for set := range all { // who has answered
		votes, acks, drains := numbered("votes", set), numbered("acks", set), numbered("drains", set)
		for i := range n {
			p, bit := numbered("P", i), 1<<i
			c.receive(drains, p, "m1", drains)
			c.receive(drains, p, "m2", drains)
			if set&bit != 0 {
				continue
			}
			c.receive(votes, p, "m1", numbered("votes", set|bit))
			c.receive(votes, p, "m2", "abort")
			c.receive(acks, p, "m3", numbered("acks", set|bit))
			c.receive(drains, p, "m3", numbered("drains", set|bit))
		}
		c.internal(votes, "abort")
		c.internal(votes, "crashed")
		c.internal(acks, numbered("acks", all))
		c.internal(drains, numbered("drains", all))
	}
	fmt.Fprint(&b, c.end("start", "crashed", numbered("acks", all), numbered("drains", all)))
	for i := range n {
		p := newMachine(numbered("P", i))
		p.receive("idle", "C", "m1", "asked")
		p.receive("idle", "C", "m3", "told")
		p.send("asked", "C", "m1", "yes")
		p.send("asked", "C", "m2", "no")
		p.receive("yes", "C", "m2", "commit")
		p.receive("yes", "C", "m3", "abort")
		p.receive("no", "C", "m3", "abort")
		p.send("commit", "C", "m3", "done")
		p.send("abort", "C", "m3", "told")
		for _, state := range []string{"idle", "asked", "yes", "no", "commit", "abort"} {
			p.internal(state, "crashed")
		}
		for _, message := range []string{"m1", "m2", "m3"} {
			p.receive("crashed", "C", message, "crashed")
		}
		fmt.Fprint(&b, p.end("idle", "idle", "told", "yes", "no", "done", "crashed"))
	}
	return b.String()
}

// pipeline is a source, n relays and a sink, for ever.
func pipeline(n, capacity int) string {
	var b strings.Builder
	fmt.Fprintf(&b, ".channels fifo %d\n", capacity)
	at := func(i int) string { // the i-th of all
		switch i {
		case 0:
			return "Src"
		case n + 1:
			return "Snk"
		}
		return numbered("P", i-1)
	}
	for i := range n + 2 {
		m := newMachine(at(i))
		switch i {
		case 0:
			m.send("0", at(1), "m1", "0")
		case n + 1:
			m.receive("0", at(n), "m1", "0")
		default:
			m.receive("0", at(i-1), "m1", "1")
			m.send("1", at(i+1), "m1", "0")
		}
		fmt.Fprint(&b, m.end("0"))
	}
	return b.String()
}

// slidingWindow is go-back-N with a window: either side may drop the head of its queue at any moment, and the
// sender may send any frame again that has not been acknowledged.
func slidingWindow(window, capacity int) string {
	numbers := window + 1
	message := func(number int) string { return numbered("m", number%numbers+1) }
	var b strings.Builder
	fmt.Fprintf(&b, ".channels fifo %d\n", capacity)

	sender, open := newMachine("Snd0"), func(base, sent int) string { return fmt.Sprintf("w%dx%d", base%numbers, sent) }
	var finals []string
	for base := range numbers {
		for sent := range window + 1 {
			here := open(base, sent)
			finals = append(finals, here)
			if sent < window {
				sender.send(here, "Rcv0", message(base+sent), open(base, sent+1))
			}
			for again := range sent {
				sender.send(here, "Rcv0", message(base+again), here)
			}
			for acknowledged := range numbers {
				to := here // of no use
				if 0 < acknowledged && acknowledged <= sent {
					to = open(base+acknowledged, sent-acknowledged)
				}
				sender.receive(here, "Rcv0", message(base+acknowledged), to)
				sender.receive(here, "Rcv0", message(base+acknowledged), here) // lost
			}
		}
	}
	fmt.Fprint(&b, sender.end(open(0, 0), finals...))

	receiver := newMachine("Rcv0")
	finals = nil
	for next := range numbers {
		here, answers := numbered("e", next), numbered("a", next)
		finals = append(finals, here, answers)
		receiver.send(answers, "Snd0", message(next), here)
		for number := range numbers {
			to := answers
			if number == next {
				to = numbered("a", (next+1)%numbers)
			}
			receiver.receive(here, "Snd0", message(number), to)
			receiver.receive(here, "Snd0", message(number), here) // lost
			receiver.receive(answers, "Snd0", message(number), answers)
		}
	}
	fmt.Fprint(&b, receiver.end(numbered("e", 0), finals...))
	return b.String()
}
