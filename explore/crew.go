package explore

import (
	"fmt"
	"runtime/debug"
	"sync"
	"sync/atomic"
)

// Panic is the value with which a panic of a worker comes up in the caller.
type Panic struct {
	Value any    // what the worker panicked with; nil if its goroutine was ended
	Stack []byte // of the worker
}

// Error describes the panic without its stack.
func (p *Panic) Error() string {
	if p.Value == nil {
		return "explore: the goroutine of a worker was ended"
	}
	return fmt.Sprintf("explore: panic in a worker: %v", p.Value)
}

// Unwrap returns the error that the worker panicked with, if it was one.
func (p *Panic) Unwrap() error {
	err, _ := p.Value.(error)
	return err
}

// A crew is a fixed number of workers. The caller is worker 0; the others are
// goroutines that wait for work. A worker that panics ends the work of all.
type crew struct {
	size    int
	stop    atomic.Bool // asks workers to return at the next batch
	work    []chan func(int)
	wait    sync.WaitGroup
	mu      sync.Mutex
	failure *Panic
}

// newCrew starts the goroutines. They end with dismiss.
func newCrew(size int) *crew {
	c := &crew{size: size}
	for i := 1; i < size; i++ {
		ch := make(chan func(int))
		c.work = append(c.work, ch)
		go func() {
			for task := range ch {
				c.call(i, task)
			}
		}()
	}
	return c
}

func (c *crew) dismiss() {
	for _, ch := range c.work {
		close(ch)
	}
}

// call runs a task and keeps its panic.
func (c *crew) call(worker int, task func(int)) {
	finished := false
	if worker > 0 {
		defer c.wait.Done()
	}
	defer func() {
		if finished {
			return
		}
		// Without a value this is the end of the goroutine, by
		// runtime.Goexit: it cannot be stopped, only noted.
		value := recover()
		c.stop.Store(true)
		c.mu.Lock()
		defer c.mu.Unlock()
		if c.failure == nil {
			c.failure = &Panic{Value: value, Stack: debug.Stack()}
		}
	}()
	task(worker)
	finished = true
}

// run calls task for each worker and waits for all of them.
func (c *crew) run(task func(worker int)) {
	c.wait.Add(len(c.work))
	for _, ch := range c.work {
		ch <- task
	}
	func() {
		// Deferred, since the caller's goroutine may be ended as well.
		defer c.wait.Wait()
		c.call(0, task)
	}()
	c.raise()
}

// alone calls task for worker 0 only: for work too small to share.
func (c *crew) alone(task func(worker int)) {
	c.call(0, task)
	c.raise()
}

func (c *crew) raise() {
	if c.failure != nil {
		panic(c.failure)
	}
}
