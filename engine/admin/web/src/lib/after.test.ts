import { expect, test } from "vitest";
import { after } from "./after";

test("what cannot be brought up to date stays, with its time and why", () => {
  const was = { value: 7, at: 1000 };
  expect(after(was, { error: "away", failed: "away", at: 2000 })).toEqual({ value: 7, at: 1000, failed: "away" });
  const twice = after({ value: 7, at: 1000, failed: "away" }, { error: "slow", failed: "slow", at: 3000 });
  expect(twice).toEqual({ value: 7, at: 1000, failed: "slow" });
  expect(after(twice, { value: 8, at: 4000 })).toEqual({ value: 8, at: 4000 });
});

test("what is refused for good is not shown any more", () => {
  expect(after({ value: 7, at: 1000 }, { error: "forbidden", at: 2000 })).toEqual({ error: "forbidden", at: 2000 });
});

test("what never came has nothing to stay", () => {
  const away = { error: "away", failed: "away", at: 2000 };
  expect(after<number>({ at: 0 }, away)).toEqual(away);
  expect(after<number>({ value: 7, at: 0 }, away), "of another path").toEqual(away);
});
