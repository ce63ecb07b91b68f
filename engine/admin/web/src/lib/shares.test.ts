import { expect, test } from "vitest";
import { apply, type Json } from "./patch";
import { alone, reaching, sharesOf } from "./shares";
import type { RoomNow } from "./types";

const at = (minute: number) => String(minute * 60_000);

test("shares are told by minutes, in their order, with a gap where nobody spoke", () => {
  const s = sharesOf({
    [at(4)]: { positive: 0, neutral: 0, negative: 3 },
    [at(0)]: { positive: 1, neutral: 0, negative: 1 },
    [at(1)]: { positive: 0, neutral: 5, negative: 0 },
  });
  expect(s.data).toEqual([
    [0, 60, 120, 240],
    [50, 0, null, 0],
    [0, 100, null, 0],
    [50, 0, null, 100],
  ]);
  expect(s).toMatchObject({ all: 10, n: { positive: 1, neutral: 5, negative: 4 }, from: 0 });
});

test("nothing, and a minute of nothing, are no share of anything", () => {
  for (const minutes of [{}, { [at(7)]: { positive: 0, neutral: 0, negative: 0 } }]) {
    const s = sharesOf(minutes);
    expect(s.data).toEqual([[], [], [], []]);
    expect(s.all).toBe(0);
    expect(s.from).toBeUndefined();
  }
});

test("a page that is opened in the middle has what was before, and counts nothing twice as it goes on", () => {
  const total = (room: Json) => sharesOf((room as unknown as RoomNow).sentiment.minutes);
  // What the stream brings: the room whole, then what became different, a minute that is over two hours old among it.
  let room = apply(undefined, {
    mode: "auto",
    sentiment: {
      minutes: {
        [at(100)]: { positive: 4, neutral: 1, negative: 0 },
        [at(101)]: { positive: 1, neutral: 0, negative: 0 },
      },
    },
  });
  expect(total(room).all).toBe(6);
  room = apply(room, { sentiment: { minutes: { [at(101)]: { positive: 2 } } } });
  room = apply(room, { sentiment: { minutes: { [at(101)]: { negative: 1 } } } });
  expect(total(room)).toMatchObject({ all: 8, n: { positive: 6, neutral: 1, negative: 1 } });
  room = apply(room, {
    sentiment: { minutes: { [at(100)]: null, [at(220)]: { positive: 0, neutral: 1, negative: 0 } } },
  });
  expect(total(room)).toMatchObject({ all: 4, from: 101 * 60_000 });
  // A stream that was lost and is back brings the whole again.
  room = apply(room, room);
  expect(total(room).all).toBe(4);
});

test("the first minutes of a show are not drawn as wide as hours", () => {
  expect(reaching([[], []], 600)).toEqual([[], []]);
  expect(reaching([[1000], [50]], 600)).toEqual([
    [400, 1000],
    [null, 50],
  ]);
  const long = [
    [400, 1000],
    [50, 60],
  ];
  expect(reaching(long, 600)).toBe(long);
});

test("what stands alone is found, to be drawn as a point", () => {
  expect(alone([])).toEqual([]);
  expect(alone([5])).toEqual([0]);
  expect(alone([5, 6])).toEqual([]);
  expect(alone([5, null, 6, 7, null, 0])).toEqual([0, 5]);
});
