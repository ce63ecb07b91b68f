import { expect, test } from "vitest";
import { joined } from "./history";
import type { Turn } from "./types";

const turn = (at: number, id: string | undefined, text: string, more: Partial<Turn> = {}): Turn =>
  ({ at, id, type: "message", text, ...more }) as Turn;

test("earlier turns stand before those of now, each once", () => {
  const earlier = [turn(1, "a", "one"), turn(2, "b", "two"), turn(3, "c", "three")];
  const now = [turn(3, "c", "", { outcome: "replied" }), turn(4, "d", "four")];
  const all = joined(earlier, now);
  expect(all.map((t) => t.text)).toEqual(["one", "two", "three", "four"]);
  expect(all[2]?.outcome).toBe("replied");
});

test("what is remembered without an id is not told twice", () => {
  const all = joined([turn(1, "a", "one")], [turn(1, undefined, "one"), turn(2, undefined, "two")]);
  expect(all.map((t) => t.text)).toEqual(["one", "two"]);
});

test("without anything earlier, it is what is shown now", () => {
  const now = [turn(5, undefined, "x"), turn(6, "y", "y")];
  expect(joined([], now)).toEqual(now);
});
