import { expect, type Page, test } from "@playwright/test";
import { ask, begin, enter } from "./person";
import { shot, stand } from "./stand";

// Views without a stream of their own say when their figures were taken, and that they are old when they cannot be brought up
// to date: nothing old is shown as if it were of now.

const at = stand(["ERR_", "503"]);

const asked = [
  ["figures", "/v1/figures", "指标"],
  ["scripts", "/v1/scripts", "话术"],
  ["knowledge", "/v1/entries", "知识库"],
  ["labelling", "/v1/unsure", "标注"],
  ["settings", "/v1/settings", "配置"],
  ["audit", "/v1/audit", "审计"],
] as const;

/** later has time pass on the page until something holds: an answer that is long in coming puts the next question off. */
const later = (page: Page, holds: () => Promise<unknown>) =>
  expect(async () => {
    await page.clock.runFor(40_000);
    await holds();
  }).toPass();

test("stale: the first sign-in", async ({ page }) => {
  await begin(page, at.node);
});

test("stale: views tell when they were taken, ask again by themselves, and say when that fails", async ({ page }) => {
  test.setTimeout(300_000);
  let asks = 0;
  let byItself = 0;
  let away = false;
  await page.route(
    (url) => asked.some(([, api]) => url.pathname === api),
    async (route) => {
      asks++;
      if (route.request().headers()["x-unattended"]) byItself++;
      if (away) await route.fulfill({ status: 503, body: '{"error":"too much to do"}' });
      else await route.continue();
    },
  );
  await enter(page, at.node);
  await page.clock.install();
  const taken = page.locator(".taken").first();
  const when = () => taken.locator("time").getAttribute("datetime");
  for (const [path, , title] of asked) {
    await page.getByRole("navigation").getByRole("link", { name: title }).click();
    await expect(page.getByRole("heading", { level: 1, name: title })).toBeVisible();
    await expect(taken).toContainText(/数据时间 \d\d:\d\d:\d\d/);
    await expect(page.locator(".stale")).toHaveCount(0);
    const [before, by] = [await when(), byItself];
    await later(page, () => expect.poll(when, { message: path, timeout: 5000 }).not.toBe(before));
    expect(byItself, path).toBeGreaterThan(by);
    await expect(taken).not.toHaveRole("alert");
    away = true;
    await later(page, () =>
      expect(taken, path).toContainText("刷新失败，以下是旧数据（too much to do）", { timeout: 5000 }),
    );
    await expect(taken).toHaveRole("alert");
    const old = await when();
    await page.clock.runFor(40_000);
    expect(await when(), `${path} shows old figures as fresh`).toBe(old);
    if (path === "figures") await shot(page, "stale-figures", true);
    away = false;
    await later(page, () => expect(taken, path).not.toContainText("旧数据", { timeout: 5000 }));
    await expect(page.locator(".stale")).toHaveCount(0);
  }
  await page.evaluate(() => {
    Object.defineProperty(document, "visibilityState", { value: "hidden", configurable: true });
    document.dispatchEvent(new Event("visibilitychange"));
  });
  await ask(page, "GET", "/v1/figures"); // whatever was on its way has been counted when this is answered
  const seen = asks;
  await page.clock.runFor(200_000);
  expect(asks, "nobody looks").toBe(seen);
  await page.evaluate(() => {
    Object.defineProperty(document, "visibilityState", { value: "visible", configurable: true });
    document.dispatchEvent(new Event("visibilitychange"));
  });
  await expect.poll(() => asks).toBeGreaterThan(seen);
});
