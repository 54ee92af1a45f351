package replay

import (
	"fmt"
	"slices"

	"chorcheck/model"
)

// Queue is one queue of the network.
type Queue struct {
	Name       string // "Customer -> Shop", "mailbox of Shop", "bag of Shop"
	Discipline model.Discipline
	Capacity   int
	Shared     bool // by all senders that use the default channel
	Sender     model.RoleID
	Receiver   model.RoleID // Sender has no meaning if the queue is shared
}

// noQueue stands for the queue of a pair that has none.
const noQueue = -1

// queues numbers the queues of the automata, and gives each ordered pair of
// roles the number of its queue. A pair between which no message can go has none of its own.
func queues(a *model.Automata, env *model.Environment) (all []Queue, of [][]int) {
	n := len(a.Roles)
	used := usedPairs(a, env)
	of = make([][]int, n)
	for from := range of {
		of[from] = make([]int, n)
		for to := range of[from] {
			of[from][to] = noQueue
		}
	}
	for to := range n {
		shared := noQueue
		for from := range n {
			if from == to {
				continue
			}
			pair := model.Pair{From: model.RoleID(from), To: model.RoleID(to)}
			channel, own := a.Channels.Pairs[pair]
			if !own {
				channel = a.Channels.Default
			}
			if channel.Discipline == model.Sync {
				continue
			}
			if own && channel.Discipline == model.Mailbox {
				panic("replay: a mailbox for one pair of roles")
			}
			if !own && channel.Discipline != model.FIFO {
				if shared == noQueue {
					shared = len(all)
					all = append(all, Queue{
						Name:       fmt.Sprintf("%s of %s", channel.Discipline, a.Roles[to].Name),
						Discipline: channel.Discipline,
						Capacity:   channel.Capacity,
						Shared:     true,
						Sender:     -1,
						Receiver:   pair.To,
					})
				}
				of[from][to] = shared
				continue
			}
			if !used[pair] {
				continue
			}
			of[from][to] = len(all)
			all = append(all, Queue{
				Name:       fmt.Sprintf("%s -> %s", a.Roles[from].Name, a.Roles[to].Name),
				Discipline: channel.Discipline,
				Capacity:   channel.Capacity,
				Sender:     pair.From,
				Receiver:   pair.To,
			})
		}
	}
	return all, of
}

// usedPairs are the pairs of sender and receiver that a transition or a stray message is about.
func usedPairs(a *model.Automata, env *model.Environment) map[model.Pair]bool {
	used := map[model.Pair]bool{}
	for r, m := range a.Machines {
		for _, t := range m.Transitions {
			switch t.Kind {
			case model.Send:
				used[model.Pair{From: model.RoleID(r), To: t.Peer}] = true
			case model.Receive, model.Ignore:
				used[model.Pair{From: t.Peer, To: model.RoleID(r)}] = true
			}
		}
	}
	for _, f := range env.Faults {
		if f.Kind == model.Stray {
			used[model.Pair{From: f.Role, To: f.Peer}] = true
		}
	}
	return used
}

// put adds a message to a queue: at its end, or at its place in the order of a bag.
func (q Queue) put(content []Message, m Message) []Message {
	if q.Discipline != model.Bag {
		return append(content, m)
	}
	at, _ := slices.BinarySearchFunc(content, m, compareMessages)
	return slices.Insert(content, at, m)
}

// overtake adds a message to a queue in front of the last n messages.
func overtake(content []Message, m Message, n int) []Message {
	return slices.Insert(content, len(content)-n, m)
}

// take removes a message. In a fifo or mailbox queue it is the oldest one.
func (q Queue) take(content []Message, m Message) []Message {
	at := slices.IndexFunc(content, m.identical)
	if at < 0 || q.Discipline != model.Bag && at != 0 {
		panic("replay: a message is taken that cannot be taken")
	}
	return slices.Delete(content, at, at+1)
}

// next gives the messages that can be taken next: at most one, the oldest, from a
// fifo or mailbox queue; from a bag all that differ, in order.
func (q Queue) next(content []Message) []Message {
	if q.Discipline != model.Bag {
		return content[:min(len(content), 1)]
	}
	return slices.CompactFunc(slices.Clone(content), Message.identical)
}
