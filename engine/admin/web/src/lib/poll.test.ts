import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Poll, spread } from "./poll";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function polled(every: number) {
  const s = { asked: 0, visible: true, by: [] as boolean[], wait: Promise.resolve() };
  const poll = new Poll({
    every,
    random: () => 0.5,
    visible: () => s.visible,
    ask: (attended) => {
      s.asked++;
      s.by.push(attended);
      return s.wait;
    },
  });
  return { s, poll };
}

test("the next question comes within a fifth of the time", () => {
  expect(spread(1000, () => 0)).toBe(800);
  expect(spread(1000, () => 1)).toBeCloseTo(1200);
});

test("it asks again and again, until its end, and says that nobody has asked for it", async () => {
  const { s, poll } = polled(1000);
  await poll.ask(true);
  await vi.advanceTimersByTimeAsync(3000);
  expect(s.by).toEqual([true, false, false, false]);
  poll.end();
  poll.seen();
  await vi.advanceTimersByTimeAsync(9000);
  expect(s.asked).toBe(4);
});

test("nobody is asked while the page is out of sight, and at once when it is seen again", async () => {
  const { s, poll } = polled(1000);
  await poll.ask(true);
  s.visible = false;
  poll.seen();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(s.asked).toBe(1);
  s.visible = true;
  poll.seen();
  expect(s.asked).toBe(2);
});

test("a page that was away for a moment asks no sooner than it would have", async () => {
  const { s, poll } = polled(1000);
  await poll.ask(true);
  s.visible = false;
  poll.seen();
  await vi.advanceTimersByTimeAsync(500);
  s.visible = true;
  poll.seen();
  expect(s.asked).toBe(1);
  await vi.advanceTimersByTimeAsync(1000);
  expect(s.asked).toBe(2);
});

test("an engine that is back is asked at once, by a page out of sight when it is seen again", async () => {
  const { s, poll } = polled(1000);
  await poll.ask(true);
  poll.back();
  expect(s.by).toEqual([true, false]);
  await vi.advanceTimersByTimeAsync(0);
  s.visible = false;
  poll.seen();
  poll.back();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(s.asked).toBe(2);
  s.visible = true;
  poll.seen();
  expect(s.asked).toBe(3);
  await vi.advanceTimersByTimeAsync(1000);
  expect(s.asked).toBe(4);
});

test("what is asked once, or no longer, is not asked again when the engine is back", async () => {
  const once = polled(0);
  await once.poll.ask(true);
  once.poll.back();
  const over = polled(1000);
  await over.poll.ask(true);
  over.poll.end();
  over.poll.back();
  await vi.advanceTimersByTimeAsync(9000);
  expect([once.s.asked, over.s.asked]).toEqual([1, 1]);
});

test("one question is under way at a time", async () => {
  const { s, poll } = polled(1000);
  let answer = () => {};
  s.wait = new Promise<void>((done) => {
    answer = done;
  });
  const first = poll.ask(true);
  expect(poll.ask(true)).toBe(first);
  poll.seen();
  await vi.advanceTimersByTimeAsync(5000);
  expect(s.asked).toBe(1);
  answer();
  await first;
  await vi.advanceTimersByTimeAsync(1000);
  expect(s.asked).toBe(2);
});

test("what is asked once is not asked again by itself", async () => {
  const { s, poll } = polled(0);
  await poll.ask(true);
  poll.seen();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(s.asked).toBe(1);
});
