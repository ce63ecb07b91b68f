import { expect, test } from "vitest";
import { entryLines, linesOf, listOf, shade } from "./entry";

test("lists are read as people write them", () => {
  expect(listOf("a, b，c、d\n e \n,")).toEqual(["a", "b", "c", "d", "e"]);
  expect(listOf(" ")).toEqual([]);
  expect(linesOf("能洗吗，亲\n\n 怎么洗 \n")).toEqual(["能洗吗，亲", "怎么洗"]);
});

test("an entry is compared line by line", () => {
  expect(
    entryLines({ question: "能洗吗", alternatives: ["怎么洗"], answer: "能", tags: ["洗"], intents: ["usage"] }),
  ).toBe("question: 能洗吗\n  怎么洗\nanswer:\n能\ntags: 洗\nintents: usage");
});

test("few are told from none", () => {
  expect(shade(0, 100)).toBe(0);
  expect(shade(1, 100)).toBeCloseTo(0.1);
  expect(shade(100, 100)).toBe(1);
  expect(shade(0, 0)).toBe(0);
});
