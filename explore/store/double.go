package store

import (
	"sync/atomic"
	"unsafe"
)

// A table whose memory can grow where it is grows by factors of two in place. What belongs on
// line i goes to lines 2i and 2i+1, of which nothing else can be there.
//
// The upper half of the lines is moved first, all of whose entries go to the new memory,
// then the upper half of the rest, and so on: where entries go nothing old is left. Workers
// share each half piece by piece, and each piece has lines of its own to go to, so that nobody needs a
// locked instruction. Entries that are not on their own line, since it was full, go where there is room when the piece has
// been moved; those that would go to the lines of another piece wait for the end of the half. Those that
// would go to lines below, which have yet to be moved, and those that would go over the end of the table to its
// beginning, wait till the very end.

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
				if h := mix(x); h>>t.shift < 2*from || !t.enterBelow(x, h, uint64(len(t.slots)/line)) {
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
		var displaced []uint64
		for {
			at := from + (cursor.Add(1)-1)*piece
			if at >= 2*from {
				return
			}
			end := min(at+piece, 2*from)
			displaced = t.moveLines(at, end, displaced[:0])
			for _, x := range displaced {
				if h := mix(x); h>>t.shift < 2*at || !t.enterBelow(x, h, 2*end) {
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

// moveLines moves what belongs on the lines from at to end, where it now is, to lines 2*at to
// 2*end, which are empty. It appends what stands there and belongs elsewhere to displaced.
func (t *words) moveLines(at, end uint64, displaced []uint64) []uint64 {
	for i := at; i < end; i++ {
		l := lineAt(t.slots, i)
		to := (*[2 * line]uint64)(unsafe.Pointer(lineAt(t.slots, 2*i)))
		count := uint64(0) // of the first line, and from bit 32 on of the second one
		for _, x := range l {
			if x == 0 {
				break
			}
			home := mix(x) >> t.shift
			if home>>1 != i {
				displaced = append(displaced, x)
				continue
			}
			second := home & 1
			to[second*line+count>>(second*32)&(line-1)] = x
			count += 1 << (second * 32)
		}
		*l = [line]uint64{}
	}
	return displaced
}

// enterBelow enters an entry that is not in the table on a line below end. It reports false if
// there is no room. Nobody else may write to these lines.
func (t *words) enterBelow(x, h, end uint64) bool {
	for at := h >> t.shift; at < end; at++ {
		for i := range uint64(line) {
			if p := &lineAt(t.slots, at)[i]; *p == 0 {
				*p = x
				return true
			}
		}
	}
	return false
}
