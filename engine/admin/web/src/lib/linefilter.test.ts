import { expect, test } from "vitest";
import { filterOf, wants } from "./linefilter";
import type { Line } from "./types";

const line: Line = {
  id: "1",
  at: 0,
  user: "u-Li",
  name: "小美",
  type: "comment",
  text: "这件 XL 还有吗",
  outcome: "replied",
  reading: { intent: "stock", confidence: 1, sentiment: "negative" },
  reply: { text: "还剩 88 件", by: "script" },
  took_ms: 3,
};
const nameOf = (i: string) => (i === "stock" ? "库存现货" : i);

test("a word and a choice become a filter that the engine takes", () => {
  expect(filterOf("  ", "")).toEqual({});
  expect(filterOf(" 退 ", "handed_over")).toEqual({ q: "退", outcome: "handed_over" });
  expect(filterOf("", "negative")).toEqual({ sentiment: "negative" });
  expect(filterOf("", "message")).toEqual({ type: "message" });
  const long = filterOf("退".repeat(60), "").q ?? "";
  expect(new TextEncoder().encode(long).length).toBe(126);
});

test("what stands on the page already is filtered as the engine does", () => {
  for (const [word, kind, wanted] of [
    ["", "", true],
    ["xl", "", true],
    ["U-LI", "", true],
    ["小美", "", true],
    ["88", "", true],
    ["库存", "", true],
    ["stock", "", true],
    ["换货", "", false],
    ["", "replied", true],
    ["", "shed", false],
    ["xl", "negative", true],
    ["", "message", false],
  ] as const)
    expect(wants(filterOf(word, kind), line, nameOf), `${word} ${kind}`).toBe(wanted);
});
