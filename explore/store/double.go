package store

import "sync/atomic"

// A table whose memory can grow where it is grows by factors of two in place. What is on
// line i, or is there because i and lines before it were full, goes to lines 2i and 2i+1, or a little behind.
//
// The upper half of the lines is moved first, all of whose entries go to the new memory,
// then the upper half of the rest, and so on: where entries go nothing old is left. Workers
// share each half. Entries close to its lower end, which may go to lines of the same half, wait for
// the end of it, since one that has found its line full of old entries would later be looked for in
// vain. So do, till the very end, those that would go over the end of the table to its beginning.

// lowLines are moved last, and by one worker.
const lowLines = 1 << 6

// double makes a table of at least 2*lowLines lines twice as large.
func (t *words) double(run func(task func(worker int))) {
	lines := uint64(len(t.slots) / line)
	t.s.memory.add(t.bytes())
	t.table.extend(2 * len(t.slots))
	t.resize()
	var last []uint64 // entered at the very end
	for from := lines / 2; from >= lowLines; from /= 2 {
		wait := make([][]uint64, t.s.options.Workers)
		t.moveHalf(from, wait, run)
		for _, part := range wait {
			for _, x := range part {
				if h := mix(x); h>>t.shift < from || !t.enterBelow(x, h) {
					last = append(last, x)
				}
			}
		}
	}
	for i, x := range t.slots[:lowLines*line] {
		if x != 0 {
			last = append(last, x)
			t.slots[i] = 0
		}
	}
	for _, x := range last {
		t.enter(x, mix(x))
	}
}

// moveHalf moves what is on lines from to 2*from to lines from 2*from on, and appends
// to wait, by worker, what has to wait.
func (t *words) moveHalf(from uint64, wait [][]uint64, run func(task func(worker int))) {
	const piece = 1 << 10 // lines
	var cursor atomic.Uint64
	task := func(worker int) {
		for {
			at := from + (cursor.Add(1)-1)*piece
			if at >= 2*from {
				return
			}
			slots := t.slots[at*line : min(at+piece, 2*from)*line]
			for i := range slots {
				x := slots[i]
				if x == 0 {
					continue
				}
				slots[i] = 0
				if h := mix(x); h>>t.shift < 2*from || !t.enterBelow(x, h) {
					wait[worker] = append(wait[worker], x)
				}
			}
		}
	}
	if from <= piece {
		task(0)
	} else {
		run(task)
	}
}

// enterBelow enters an entry that is not in the table. It reports false if there is
// no room below the end of the table.
func (t *words) enterBelow(x, h uint64) bool {
	for at := h >> t.shift; at < uint64(len(t.slots)/line); at++ {
		l := lineAt(t.slots, at)
		for i := range uint64(line) {
			p := &l[(slotOf(h)+i)&(line-1)]
			if atomic.LoadUint64(p) == 0 && atomic.CompareAndSwapUint64(p, 0, x) {
				return true
			}
		}
	}
	return false
}
