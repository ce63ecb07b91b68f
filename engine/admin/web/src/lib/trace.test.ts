import { describe, expect, test } from "vitest";
import { changes, micros, span, waterfall } from "./trace";

describe("waterfall", () => {
  test("lays spans out over the whole", () => {
    const bars = waterfall({
      total_us: 1000,
      spans: [
        { stage: "decode", from_us: 0, us: 100 },
        { stage: "model", from_us: 250, us: 500 },
      ],
    });
    expect(bars).toEqual([
      { stage: "decode", left: 0, width: 10, us: 100 },
      { stage: "model", left: 25, width: 50, us: 500 },
    ]);
  });
  test("what is too narrow to be seen is widened and stays inside", () => {
    const [bar] = waterfall({ total_us: 100_000, spans: [{ stage: "send", from_us: 99_999, us: 1 }] });
    expect(bar?.width).toBeGreaterThan(0.5);
    expect((bar?.left ?? 0) + (bar?.width ?? 0)).toBeLessThanOrEqual(100);
  });
  test("nothing, and times that are none, break nothing", () => {
    expect(waterfall({ total_us: 0, spans: [] })).toEqual([]);
    const [bar] = waterfall({ total_us: 0, spans: [{ stage: "decode", from_us: -5, us: 0 }] });
    expect(bar?.left).toBe(0);
    const [wide] = waterfall({ total_us: 10, spans: [{ stage: "decode", from_us: 0, us: 40 }] });
    expect(wide?.width).toBe(100);
  });
});

test("times are written short", () => {
  expect([0, 999, 1000, 12_345, 250_000].map(micros)).toEqual(["0 µs", "999 µs", "1.0 ms", "12.3 ms", "250 ms"]);
  expect([5, 1500, 60_000, 600_000, 86_400_000].map(span)).toEqual(["5 ms", "1.5 s", "60 s", "10 min", "24 h"]);
});

test("what changed in a dialogue is told side by side", () => {
  const before = { slots: [{ name: "product", value: "a" }], open: [{ name: "kind", value: "offer" }] };
  const after = {
    slots: [
      { name: "product", value: "b", text: "保温杯" },
      { name: "size", value: "L" },
    ],
    open: [],
  };
  expect(changes(before, after)).toEqual([
    { name: "product", before: before.slots[0], after: after.slots[0] },
    { name: "size", before: undefined, after: after.slots[1] },
    { name: "kind", before: before.open[0], after: undefined },
  ]);
  expect(changes({ slots: [], open: [] }, { slots: [], open: [] })).toEqual([]);
});
