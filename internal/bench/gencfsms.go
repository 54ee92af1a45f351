package main

import (
	"fmt"
	"strings"
)

// genCFSMs is a member of the family that kmc is measured with, in our text of automata: pairs
// disjoint pairs of machines, and in each both send one of some labels to the partner
// again and again, messages times, and then take as many from it. With loop they begin
// anew then, else they end. The least capacity with which nothing gets stuck is
// the number of messages, which is the capacity of the channels here.
func genCFSMs(labels, messages, pairs int, loop bool) string {
	var b strings.Builder
	fmt.Fprintf(&b, ".channels fifo %d\n", messages)
	for m := range 2 * pairs {
		partner := m ^ 1
		fmt.Fprintf(&b, ".outputs M%d\n.state graph\n", m)
		for s := range 2 * messages {
			sign, next := "!", s+1
			if s >= messages {
				sign = "?"
			}
			if loop && next == 2*messages {
				next = 0
			}
			for l := range labels {
				fmt.Fprintf(&b, "%d %d %s m%d %d\n", s, partner, sign, l, next)
			}
		}
		fmt.Fprint(&b, ".marking 0\n")
		if loop {
			fmt.Fprint(&b, ".final 0\n")
		}
		fmt.Fprint(&b, ".end\n")
	}
	return b.String()
}
