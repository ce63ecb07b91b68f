import { expect, test } from "@playwright/test";
import { begin } from "./person";
import { shot, stand } from "./stand";

// The whole of a dialogue that is longer than what is shown at first, page by page.

const at = stand();

test("history: a long dialogue is read back to its first message", async ({ page }) => {
  await begin(page, at.node);
  const said = 120;
  for (let from = 0; from < said; from += 40) {
    // What one user may have under way is bounded.
    const ids = Array.from({ length: 40 }, (_, i) =>
      at.talker.say("message", "话多", `${from + i + 1}号问题，怎么退货`),
    );
    await Promise.all(ids.map((id) => at.talker.answer(id)));
  }
  await page.goto(`${at.node.admin}/console/rooms/demo/users/${encodeURIComponent("话多")}`);
  const history = page.locator(".chat");
  await expect(history).toContainText(`${said}号问题`);
  expect(await history.locator("li").count()).toBeLessThanOrEqual(50);
  const more = page.getByRole("button", { name: "更早的对话" });
  await more.click();
  await expect.poll(() => history.locator("li").count()).toBeGreaterThan(50);
  const top = await history.evaluate((list) => list.scrollTop);
  expect(top, "what was being read stays in sight").toBeGreaterThan(0);
  await shot(page, "history-earlier");
  await expect(async () => {
    if (await more.isVisible()) await more.click({ timeout: 3000 }); // it goes when there is no more
    await expect(page.getByText("以上是留存的全部对话")).toBeVisible({ timeout: 1000 });
  }).toPass();
  await expect(history.locator("p.user")).toHaveCount(said);
  await expect(history.locator("p.user bdi").first()).toHaveText("1号问题，怎么退货");
  const numbers = (await history.locator("p.user bdi").allTextContents()).map((text) => Number.parseInt(text, 10));
  expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
  await shot(page, "history-whole");
});
