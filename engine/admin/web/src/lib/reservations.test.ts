import { expect, test } from "vitest";
import { countdown, held, type Reservation, releasable, remaining, reservationsPath, standings } from "./reservations";

const all = { state: "", sku: "", room: "", sort: "deadline" } as const;

test("what is wanted becomes an address, and what is empty stays out of it", () => {
  expect(reservationsPath(all, "")).toBe("/v1/reservations");
  expect(reservationsPath({ ...all, sku: "  ", room: " a&b " }, "")).toBe("/v1/reservations?room=a%26b");
  expect(reservationsPath({ state: held, sku: "DEMO-3", room: "", sort: "newest" }, "12.r1")).toBe(
    "/v1/reservations?state=open%2Cconfirmed&sku=DEMO-3&sort=newest&after=12.r1",
  );
});

test("only what holds something and was not ordered can be released", () => {
  const can = standings.filter((state) => releasable({ state } as Reservation));
  expect(can.join(",")).toBe(held);
});

test("the time left is that of the engine's clock, whatever this machine's says", () => {
  const until = 1_000_000;
  expect(remaining(until, until - 60_000, 5, 5)).toBe(60);
  expect(remaining(until, until - 60_000, 5, 1_505)).toBe(59);
  expect(remaining(until, until - 60_000, 9_000_000, 9_060_000)).toBe(0);
  expect(remaining(until, until + 1, 5, 5)).toBe(0);
  expect(remaining(until, until - 60_000, 90_000, 5)).toBe(60); // this machine's clock was set back
});

test("a countdown is read like a watch", () => {
  expect([0, 9, 60, 599, 3600, 3725].map(countdown)).toEqual(["0:00", "0:09", "1:00", "9:59", "1:00:00", "1:02:05"]);
});
