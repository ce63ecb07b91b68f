import { expect, test } from "vitest";
import { matching, stroke } from "./keys";

const press = (key: string, more = {}) => stroke({ key, ctrlKey: false, metaKey: false, altKey: false, ...more });

test("keys mean what the page says", () => {
  expect(press("2")).toEqual({ do: "guess", at: 1 });
  expect(press("R")).toEqual({ do: "emotion", at: 3 });
  expect(press("d")).toEqual({ do: "sentiment", at: 2 });
  expect(press("/")).toEqual({ do: "find" });
  expect(press("Enter")).toEqual({ do: "keep" });
  expect(press("ArrowRight")).toEqual({ do: "skip" });
  expect(press("Backspace")).toEqual({ do: "undo" });
});

test("other keys, and those of the browser, are let through", () => {
  for (const k of ["x", "4", "Tab", "Escape", "Dead", "", "12"]) expect(press(k)).toBeUndefined();
  expect(press("r", { ctrlKey: true })).toBeUndefined();
  expect(press("ArrowLeft", { altKey: true })).toBeUndefined();
});

test("a word picks intents by key and by name", () => {
  const names: Record<string, string> = { stock: "库存现货", price: "价格", promo: "优惠活动", spec: "规格参数" };
  const nameOf = (k: string) => names[k] ?? k;
  const all = Object.keys(names);
  expect(matching(all, nameOf, "格")).toEqual(["price", "spec"]);
  expect(matching(all, nameOf, "PR")).toEqual(["price", "promo"]);
  expect(matching(all, nameOf, "规")).toEqual(["spec"]);
  expect(matching(all, nameOf, " ")).toEqual(all);
  expect(matching(all, nameOf, "zzz")).toEqual([]);
});
