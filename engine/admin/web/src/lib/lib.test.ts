import { afterEach, describe, expect, test, vi } from "vitest";

// The preferences look at the document; here there is none.
vi.stubGlobal("document", { documentElement: { dataset: {} } });

const { apply } = await import("./patch");
const { Ring } = await import("./ring");
const { delay } = await import("./backoff");
const { absent, csv, percent, plain, short } = await import("./format");
const { begin, me, reasonOf, userPath } = await import("./api");
const { intentName, learn, name, t } = await import("./i18n");
const { lang } = await import("./prefs");

afterEach(() => {
  lang.value = "zh";
});

describe("begin", () => {
  const answer = (status: number) => () => Promise.resolve(new Response("{}", { status }));
  const who = { name: "op", acts: [] as string[] } as unknown as NonNullable<typeof me.value>;

  afterEach(() => {
    me.value = undefined;
  });

  test.each([
    ["the engine is away", () => Promise.reject(new TypeError("failed to fetch")), who],
    ["it is starting", answer(503), who],
    ["the session is over", answer(401), null],
  ])("%s", async (_, fetch, want) => {
    vi.stubGlobal("fetch", fetch);
    me.value = who;
    await begin();
    expect(me.value).toBe(want);
  });

  test("nobody was signed in", async () => {
    vi.stubGlobal("fetch", answer(503));
    await begin();
    expect(me.value).toBeNull();
  });
});

describe("patch", () => {
  test("follows RFC 7396", () => {
    const before = { a: 1, b: { c: 1, d: [1, 2] }, gone: true };
    expect(apply(before, { a: 2, b: { c: null, d: [3] }, gone: null, fresh: { x: null, y: 1 } })).toEqual({
      a: 2,
      b: { d: [3] },
      fresh: { y: 1 },
    });
    expect(before).toEqual({ a: 1, b: { c: 1, d: [1, 2] }, gone: true });
    expect(apply("text", { a: 1 })).toEqual({ a: 1 });
    expect(apply({ a: 1 }, [1])).toEqual([1]);
    expect(apply(undefined, { a: 1 })).toEqual({ a: 1 });
  });
  test("what does not change stays the same object", () => {
    const before = { rows: [1], n: 1 };
    expect((apply(before, { n: 2 }) as typeof before).rows).toBe(before.rows);
  });
});

test("a ring keeps the latest and counts all", () => {
  const r = new Ring<number>(3);
  r.push(1, 2);
  const before = r.all();
  r.push(3);
  expect(before).toEqual([1, 2]);
  expect(r.all()).not.toBe(before);
  r.clear();
  r.total = 0;
  r.push(1, 2);
  r.push(3, 4, 5, 6, 7);
  expect(r.all()).toEqual([5, 6, 7]);
  expect(r.total).toBe(7);
  for (let i = 0; i < 10_000; i++) r.push(i);
  expect(r.all()).toHaveLength(3);
  r.clear();
  expect(r.all()).toEqual([]);
});

test("tries come later each time, within bounds, and apart", () => {
  for (let n = 0; n < 40; n++) {
    expect(delay(n, () => 0)).toBeGreaterThanOrEqual(250);
    expect(delay(n, () => 1)).toBeLessThanOrEqual(15_000);
    expect(delay(n, () => 0)).toBeLessThan(delay(n, () => 1));
  }
  expect(delay(3, () => 0.5)).toBe(3000);
});

describe("plain", () => {
  test("marks that turn the direction of writing are seen", () => {
    expect(plain("a\u202eb\u2066c\u0000d\u200be")).toBe("a·b·c·d·e");
    expect(plain("👨\u200d👩\u200d👧")).toBe("👨\u200d👩\u200d👧");
  });
  test("a long text is cut between characters", () => {
    const cut = plain("😀".repeat(10_000));
    expect(Array.from(cut).slice(0, 400).join("")).toBe("😀".repeat(400));
    expect(cut.endsWith("…（10000）")).toBe(true);
  });
  test("markup stays as it was written", () => {
    expect(plain("<script>alert(1)</script>")).toBe("<script>alert(1)</script>");
  });
});

describe("figures", () => {
  test("what is not known is not 0", () => {
    expect(short(undefined)).toBe(absent);
    expect(percent(undefined)).toBe(absent);
    expect(short(0)).toBe("0");
    expect(percent(0)).toBe("0%");
  });
  test("almost all is not all", () => {
    expect(percent(0.99999)).toBe("99.99%");
    expect(percent(1)).toBe("100%");
    expect(percent(0.123)).toBe("12.3%");
  });
});

test("a cell that a spreadsheet would run is text", () => {
  expect(csv([["=1+1", "a,b", 'x"y', -3, undefined]])).toBe(`'=1+1,"a,b","x""y",-3,`);
});

test("why is read from either kind of answer", () => {
  expect(reasonOf('{"error":"no"}')).toBe("no");
  expect(reasonOf('{"detail":"bad","errors":[{"message":"a"},{"message":"b"}]}')).toBe("bad: a: b");
  expect(reasonOf("<html>")).toBe("<html>");
});

test("names of strangers stay within their part of a path", () => {
  expect(userPath("a/b", "../x?y#z")).toBe("/v1/rooms/a%2Fb/users/..%2Fx%3Fy%23z");
  expect(userPath("demo")).toBe("/v1/rooms/demo");
});

test("words come in the language chosen, and unknown keys as they came", () => {
  learn([{ key: "stock", title: "库存现货" }]);
  expect([t("overview"), intentName("stock"), name("stage", "commit"), name("stage", "new")]).toEqual([
    "总览",
    "库存现货",
    "落盘",
    "new",
  ]);
  lang.value = "en";
  expect([t("overview"), intentName("stock"), name("stage", "commit")]).toEqual(["Overview", "stock", "commit"]);
});
