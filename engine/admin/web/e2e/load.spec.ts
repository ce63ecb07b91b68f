import { mkdirSync } from "node:fs";
import { expect, type Page, test } from "@playwright/test";
import { Crowd, patient } from "./crowd";
import { type Node, start, Talker } from "./node";
import { begin, complaints, enter } from "./person";

// The page beside an audience that never stops talking.

let node: Node;
let talker: Talker;
let crowd: Crowd;
let wrong: string[];

test.describe.configure({ mode: "serial" });

test.beforeAll(async () => {
  mkdirSync("artefacts", { recursive: true });
  node = await start(...patient);
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

test("under traffic: a comment is followed from the stream to its dialogue, taken over, answered, given back", async ({
  page,
}) => {
  test.setTimeout(240_000);
  await begin(page, node);
  crowd = Crowd.open(node, "smoke", "--rate", "30", "--duration", "200s", "--links", "20");
  await page.goto(`${node.admin}/console/rooms/demo`);
  await expect(lines(page)).toHaveCount(200, { timeout: 60_000 });
  // What was said is gone from the page within seconds: hold the page when it is seen, and ask again when it was too late.
  let who = "";
  let tries = 0;
  const mine = () => lines(page).filter({ hasText: who });
  await expect(async () => {
    const resume = page.getByRole("button", { name: "继续滚动" });
    if (await resume.isVisible()) await resume.click();
    tries++;
    who = `小美${tries}`;
    await page.getByRole("searchbox", { name: "筛选" }).fill(who);
    talker.say("message", who, "3号链接还剩多少件");
    await expect(mine()).toContainText("↳", { timeout: 10_000 });
    await page.getByRole("button", { name: "暂停滚动" }).click({ timeout: 5000 });
    await expect(mine()).toBeVisible({ timeout: 1000 });
  }).toPass({ timeout: 120_000 });
  await page.screenshot({ path: "artefacts/traffic-room.png" });
  await mine().getByRole("link", { name: who }).click();
  await expect(page.locator(".chat")).toContainText("3号链接还剩多少件");

  await page.getByRole("button", { name: "接管" }).click();
  await expect(page.getByText("已由人工接管：admin")).toBeVisible();
  const heard = talker.hear((t) => t.type === "reply" && t.by === "human");
  await page.getByLabel("输入要说的话").fill("您好，我是人工客服小李");
  await page.keyboard.press("Enter");
  expect((await heard).text).toBe("您好，我是人工客服小李");
  await expect(page.locator(".chat")).toContainText("我是人工客服小李");
  const quiet = talker.say("message", who, "那什么时候发货");
  expect((await talker.hear((t) => t.to === quiet && t.type !== "ack")).reason).toBe("human_active");
  await page.getByRole("button", { name: "交还引擎" }).click();
  await expect(page.getByText("由引擎回复")).toBeVisible();
  const again = talker.say("message", who, "包邮吗");
  expect((await talker.hear((t) => t.to === again && t.type !== "ack")).type).toBe("reply");
  expect(crowd.gone()).toBe("");
});

test("200 comments a second for a minute leave the page as small as it was", async ({ page }) => {
  test.setTimeout(240_000);
  await enter(page, node, "rooms/demo");
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
