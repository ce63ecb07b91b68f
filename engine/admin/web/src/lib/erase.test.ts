import { expect, test, vi } from "vitest";

// The preferences look at the document; here there is none.
vi.stubGlobal("document", { documentElement: { dataset: {} } });

const { confirms, erasedTold, erasePath } = await import("./erase");
const { lang } = await import("./prefs");

test("only the whole id of the person confirms", () => {
  expect(confirms("小明", "小明")).toBe(true);
  for (const typed of ["", "小", "小明 ", "小明明", "U9"]) expect(confirms(typed, "小明"), typed).toBe(false);
  expect(confirms("u9", "U9")).toBe(false);
  expect(confirms("", "")).toBe(false);
});

test("the address names room and user whatever they are called", () => {
  expect(erasePath("demo", "小明/../a?b")).toBe("/v1/rooms/demo/users/%E5%B0%8F%E6%98%8E%2F..%2Fa%3Fb/erase");
});

test("what was erased is told in both languages", () => {
  lang.value = "zh";
  expect(erasedTold({ records: 12, facts: 0 })).toBe("12 条记录已删除，0 条事实已删除或去掉身份");
  lang.value = "en";
  expect(erasedTold({ records: 1200, facts: 3 })).toBe("1,200 records are deleted, 3 facts are deleted or nameless");
  lang.value = "zh";
});
