import { mkdirSync } from "node:fs";
import { expect, type Page, test } from "@playwright/test";
import { Crowd } from "./crowd";
import { type Node, start, Talker } from "./node";
import { begin, complaints } from "./person";

// The page beside an audience that never stops talking.

let node: Node;
let talker: Talker;
let crowd: Crowd;
let wrong: string[];

test.describe.configure({ mode: "serial" });

test.beforeAll(async () => {
  mkdirSync("artefacts", { recursive: true });
  node = await start();
  talker = await Talker.open(node);
  talker.send({ type: "counts", room: "demo", viewers: 1234, sold: 56, at: Date.now() });
});

test.afterAll(async () => {
  talker?.close();
  await node?.stop();
});

test.beforeEach(({ page }) => {
  wrong = complaints(page);
});

test.afterEach(async () => {
  await crowd?.close();
  expect(wrong).toEqual([]);
});

const lines = (page: Page) => page.locator(".lines li");

/** watchTasks notes the longest task of the page from now on. */
const watchTasks = (page: Page) =>
  page.evaluate(() => {
    const w = window as unknown as { longest: number };
    w.longest = 0;
    new PerformanceObserver((l) => {
      for (const e of l.getEntries()) w.longest = Math.max(w.longest, e.duration);
    }).observe({ type: "longtask" });
  });

test("200 comments a second for a minute leave the page as small as it was", async ({ page }) => {
  test.setTimeout(240_000);
  await begin(page, node);
  await page.goto(`${node.admin}/console/rooms/demo`);
  // The scenario's mix has ten comments for each other event.
  crowd = Crowd.open(node, "room", "--rate", "220", "--ramp", "1s", "--duration", "230s", "--users", "2000");
  await expect(lines(page)).toHaveCount(200, { timeout: 60_000 });
  await watchTasks(page);
  let most = 0;
  let latest = "";
  for (let i = 0; i < 12; i++) {
    await page.waitForTimeout(5000);
    const now = await page.evaluate(() => ({
      nodes: document.querySelectorAll("*").length,
      rows: document.querySelectorAll(".lines li").length,
      first: document.querySelector(".lines li")?.textContent ?? "",
    }));
    expect(now.rows).toBe(200);
    expect(now.first).not.toBe(latest); // it goes on
    most = Math.max(most, now.nodes);
    latest = now.first;
  }
  expect(most).toBeLessThan(6000);
  const longest = await page.evaluate(() => (window as unknown as { longest: number }).longest);
  console.log(`at most ${most} nodes; the longest task took ${Math.round(longest)} ms`);
  if (process.env.LIVEROOM_STRICT) expect(longest).toBeLessThanOrEqual(200);
  expect(crowd.gone()).toBe("");
});
