package shop

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"

	"liveroom/engine/live"
)

// What the clients of the linearizability check do. Each holds one reservation of a SKU at a time.
const (
	opReserve = iota
	opConfirm
	opRelease
	opLook
)

const (
	linearClients = 50
	linearSteps   = 15
	linearOnHand  = 12 // of each SKU: fewer than are wanted at once
)

// linearSKUs part the calls under way: the work of the check grows with the power of those on one SKU.
var linearSKUs = []live.SKU{"DEMO-1", "DEMO-2", "DEMO-3", "DEMO-4", "DEMO-5", "DEMO-6"}

type linearInput struct {
	kind, client int
	sku          live.SKU
	id           live.ReservationID
	quantity     int64
}

type linearOutput struct {
	ok   bool
	left int64 // of a look, and of a reservation that does not fit
}

// linearState is the whole truth of one SKU: what is left, and what each client holds of it.
type linearState struct {
	left int64
	held [linearClients]int8 // as large as a check of every order can bear
}

var linearModel = porcupine.Model{
	Partition: func(history []porcupine.Operation) [][]porcupine.Operation {
		parts := make([][]porcupine.Operation, len(linearSKUs))
		for _, op := range history {
			for i, sku := range linearSKUs {
				if op.Input.(linearInput).sku == sku {
					parts[i] = append(parts[i], op)
				}
			}
		}
		return parts
	},
	Hash: func(state any) uint64 { return linearHash(state.(linearState)) },
	Init: func() any { return linearState{left: linearOnHand} },
	Step: func(state, input, output any) (bool, any) {
		s, in, out := state.(linearState), input.(linearInput), output.(linearOutput)
		switch in.kind {
		case opReserve:
			if in.quantity > s.left {
				return !out.ok && out.left == s.left, s
			}
			s.left -= in.quantity
			s.held[in.client] = int8(in.quantity)
		case opRelease:
			s.left += int64(s.held[in.client])
			s.held[in.client] = 0
		case opLook:
			return out.left == s.left, s
		}
		return out.ok, s
	},
}

func linearHash(s linearState) uint64 {
	h := uint64(s.left)
	for _, n := range s.held {
		h = (h ^ uint64(n)) * 1099511628211
	}
	return h
}

// Whatever 50 clients are told of a few SKUs, there is one order of their calls in which it is true. In every round all of
// them have a call under way at the same time: nobody goes on before the last has begun.
func TestReservationsAreLinearizable(t *testing.T) {
	for seed := range uint64(4) {
		l := NewLedger(Demo())
		for _, sku := range linearSKUs {
			apply(t, l, stockEvent(sku, "beijing", linearOnHand/2, 1), stockEvent(sku, "hangzhou", linearOnHand/2, 1))
		}
		var clock atomic.Int64
		histories := make([][]porcupine.Operation, linearClients)
		var clients sync.WaitGroup
		var begun [linearSteps]sync.WaitGroup
		for n := range begun {
			begun[n].Add(linearClients)
		}
		for c := range linearClients {
			clients.Go(func() {
				random := rand.New(rand.NewPCG(seed, uint64(c)))
				holds := map[live.SKU]live.ReservationID{}
				for n := range linearSteps {
					in := linearInput{client: c, sku: linearSKUs[random.IntN(len(linearSKUs))], quantity: 1 + random.Int64N(5)}
					in.id = holds[in.sku]
					switch {
					case in.id == "" && random.IntN(3) > 0:
						in.kind, in.id = opReserve, live.ReservationID(fmt.Sprintf("%d-%d", c, n))
					case in.id != "":
						in.kind = []int{opConfirm, opRelease, opLook}[random.IntN(3)]
					default:
						in.kind = opLook
					}
					called := clock.Add(1)
					begun[n].Done()
					begun[n].Wait()
					out := linearCall(t, l, in)
					runtime.Gosched()
					op := porcupine.Operation{ClientId: c, Input: in, Call: called, Output: out, Return: clock.Add(1)}
					histories[c] = append(histories[c], op)
					switch {
					case in.kind == opReserve && out.ok:
						holds[in.sku] = in.id
					case in.kind == opRelease:
						delete(holds, in.sku)
					}
				}
			})
		}
		clients.Wait()
		var history []porcupine.Operation
		for _, h := range histories {
			history = append(history, h...)
		}
		if result := porcupine.CheckOperationsTimeout(linearModel, history, time.Minute); result != porcupine.Ok {
			t.Fatalf("seed %d: what the clients were told is %s, want %s", seed, result, porcupine.Ok)
		}
	}
}

func linearCall(t *testing.T, l *Ledger, in linearInput) (out linearOutput) {
	var err error
	switch in.kind {
	case opReserve:
		var short *NotEnoughError
		if _, err = l.Reserve(at(10), asked(string(in.id), fmt.Sprint(in.client), in.sku, in.quantity)); errors.As(err, &short) {
			return linearOutput{left: short.Left}
		}
	case opConfirm:
		_, err = l.Confirm(at(10), in.id, 2000)
	case opRelease:
		_, err = l.Release(at(10), in.id)
	case opLook:
		return linearOutput{left: left(l, in.sku)}
	}
	if err != nil {
		t.Errorf("client %d: %v", in.client, err)
	}
	return linearOutput{ok: err == nil}
}
