import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, type Page, test } from "@playwright/test";
import { type Node, start, Talker } from "./node";
import { ask, begin, enter, leave } from "./person";
import { shot } from "./stand";

// The engine goes away under an open page, and comes back: the page says so, shows nothing old as if it were of now, and
// comes back by itself.

const data = mkdtempSync(join(tmpdir(), "liveroom-away-"));
let node: Node;

test.describe.configure({ mode: "serial" });

test.beforeAll(async () => {
  node = await start("--data", data);
});

test.afterAll(async () => {
  await node?.stop();
  rmSync(data, { recursive: true, force: true });
});

/** figures tells the room's viewers. */
async function viewers(n: number): Promise<void> {
  const talker = await Talker.open(node);
  talker.send({ type: "counts", room: "demo", viewers: n, sold: 5, at: Date.now() });
  await talker.answer(talker.say("comment", "小美", "包邮吗"));
  talker.close();
}

const shown = (page: Page) => page.locator(".stat", { hasText: "在线人数" });
const banner = (page: Page) => page.locator(".banner");

test("away: the first sign-in", async ({ page }) => {
  await begin(page, node);
});

test("away: an engine that stands still is told, and its figures are fresh again after it, in the same session", async ({
  page,
}) => {
  await viewers(1111);
  await enter(page, node, "rooms/demo");
  await expect(shown(page)).toContainText("1,111");
  await expect(banner(page)).toHaveCount(0);
  node.pause();
  await expect(banner(page)).toBeVisible({ timeout: 30_000 });
  await expect(page.locator(".stale")).toContainText("1,111");
  await shot(page, "away-room");
  node.resume();
  await expect(banner(page)).toHaveCount(0, { timeout: 60_000 });
  await expect(page.locator(".stale")).toHaveCount(0);
  await viewers(2222);
  await expect(shown(page)).toContainText("2,222");
  await expect(page.getByRole("button", { name: "退出" })).toBeVisible();

  // A view that asks rather than follows notices too, and asks anew by itself.
  await page.getByRole("link", { name: "指标" }).click();
  const taken = page.locator(".taken time");
  await expect(taken).toBeVisible();
  const before = await taken.getAttribute("datetime");
  node.pause();
  await expect(banner(page)).toBeVisible({ timeout: 30_000 });
  expect(await taken.getAttribute("datetime")).toBe(before);
  node.resume();
  await expect(banner(page)).toHaveCount(0, { timeout: 60_000 });
  await expect.poll(() => taken.getAttribute("datetime")).not.toBe(before);
});

test("away: after a restart the page comes back by itself, signed in, with fresh figures", async ({ page }) => {
  await enter(page, node, "rooms/demo");
  await viewers(3333);
  await expect(shown(page)).toContainText("3,333");
  const { admin, tcp } = node;
  await node.stop();
  await expect(banner(page)).toBeVisible({ timeout: 30_000 });
  await expect(page.locator(".stale")).toContainText("3,333");
  node = await start("--data", data, "--admin", new URL(admin).host, "--tcp", tcp);
  await expect(banner(page)).toHaveCount(0, { timeout: 60_000 });
  await expect(page.locator(".stale")).toHaveCount(0);
  await viewers(4444);
  await expect(shown(page)).toContainText("4,444");
  await expect(page).toHaveURL(/rooms\/demo$/);
  await expect(page.getByLabel("账号")).toHaveCount(0);
  await shot(page, "away-back");

  // The session is the same one to the engine: what changes something goes through, and signing out is for good.
  expect((await ask(page, "GET", "/v1/me")).answer).toMatchObject({ name: "admin" });
  await leave(page);
  await node.stop();
  node = await start("--data", data, "--admin", new URL(admin).host, "--tcp", tcp);
  await page.reload();
  await expect(page.getByLabel("账号")).toBeVisible({ timeout: 60_000 });
});
