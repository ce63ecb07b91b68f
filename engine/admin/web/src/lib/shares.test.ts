import { expect, test } from "vitest";
import { Shares } from "./shares";

test("shares are told by stretches, with a gap where nobody spoke", () => {
  const s = new Shares(10_000);
  s.add(1_000, "positive");
  s.add(9_999, "negative");
  s.add(12_000, "neutral");
  s.add(41_000, "negative");
  expect(s.data()).toEqual([
    [0, 10, 20, 40],
    [50, 0, null, 0],
    [0, 100, null, 0],
    [50, 0, null, 100],
  ]);
});

test("what is late counts where it belongs, what is nothing counts nowhere", () => {
  const s = new Shares(10_000);
  s.add(25_000, "positive");
  s.add(5_000, "negative");
  s.add(5_001, undefined);
  s.add(5_002, "furious");
  expect(s.data()[0]).toEqual([0, 10, 20]);
  expect(s.data()[3]).toEqual([100, null, 0]);
});

test("only so many stretches are kept", () => {
  const s = new Shares(1_000, 5);
  for (let i = 0; i < 100; i++) s.add(i * 1_000, "neutral");
  expect(s.data()[0]).toEqual([95, 96, 97, 98, 99]);
  s.add(1_000, "neutral");
  expect(s.data()[0]?.length).toBe(5);
  expect(new Shares().data()).toEqual([[], [], [], []]);
});
