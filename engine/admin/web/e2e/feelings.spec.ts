import { expect, type Page, test } from "@playwright/test";
import { begin, enter } from "./person";
import { shot, stand } from "./stand";

// What was said before anybody looked is on the page of who opens it in the middle of a show.

const at = stand();

const card = (page: Page) =>
  page.locator(".card").filter({ has: page.getByRole("heading", { name: "情感占比走势", level: 2 }) });

/** counted is how many messages the engine has read as something in the room, by the minute. */
const counted = (page: Page): Promise<number> =>
  page.evaluate(async () => {
    const now = await (await fetch("/v1/rooms/demo/now")).json();
    const minutes = Object.values(now.sentiment.minutes) as Record<string, number>[];
    return minutes.flatMap((m) => Object.values(m)).reduce((sum, n) => sum + n, 0);
  });

test("feelings: a page opened in the middle of a show has its history, and goes on without counting twice", async ({
  page,
}) => {
  const texts = ["衣服真不错，喜欢", "质量太差了，气死我了", "3号链接还剩多少件"];
  const before = 30;
  for (let i = 0; i < before; i++) {
    const id = at.talker.say("message", `u${i}`, texts[i % texts.length] ?? "");
    await at.talker.answer(id);
  }
  await begin(page, at.node);
  expect(await counted(page)).toBe(before);
  await page.goto(`${at.node.admin}/console/rooms/demo`);
  await expect(card(page)).toContainText(`起已识别：${before} `);
  await expect(page.getByRole("figure", { name: "情感占比走势" }).locator("canvas")).toBeVisible();
  await expect(page.locator(".lines li")).toHaveCount(0); // nobody has said anything since

  for (const text of texts) await at.talker.answer(at.talker.say("message", "小美", text));
  await expect(page.locator(".lines li")).toHaveCount(texts.length);
  await expect(card(page)).toContainText(`起已识别：${before + texts.length} `);
  expect(await counted(page)).toBe(before + texts.length);
  await shot(page, "feelings", true);
  await page.reload();
  await expect(card(page)).toContainText(`起已识别：${before + texts.length} `);
});

test("feelings: on a phone, in English, the history fits", async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await enter(page, at.node, "rooms/demo");
  await page.getByRole("button", { name: "English" }).click();
  await expect(page.getByText("the last two hours, by the minute")).toBeVisible();
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  expect(wide).toBeLessThanOrEqual(0);
  await shot(page, "feelings-phone");
});
