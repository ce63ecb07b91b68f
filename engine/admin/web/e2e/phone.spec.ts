import { expect, test } from "@playwright/test";
import { faults } from "./axe";
import { begin, enter } from "./person";
import { shot, stand } from "./stand";

// The editors and the tables on a phone: nothing is wider than the screen, nothing is written one letter a line, and axe-core
// finds nothing serious.

const at = stand();

test.use({ viewport: { width: 390, height: 844 } });

test("phone: the first sign-in", async ({ page }) => {
  await begin(page, at.node);
});

test("phone: editors and tables fit", async ({ page }) => {
  test.setTimeout(300_000);
  await at.talker.answer(at.talker.say("comment", "阿强", "嗡嘛呢叭咪吽锟斤拷"));
  await enter(page, at.node);
  const known = await page.evaluate(async () => (await (await fetch("/v1/entries")).json()).rows[0].id as string);
  for (const [path, ready] of [
    ["scripts/stock.yaml", page.getByText("检查通过")],
    [`knowledge/${known}`, page.getByText("检查通过")],
    ["labelling", page.locator(".wanted")],
    ["knowledge", page.getByRole("table", { name: "知识库" })],
    ["figures", page.getByRole("table", { name: "指标" })],
    ["scripts", page.locator("details").first()],
  ] as const) {
    await page.goto(`${at.node.admin}/console/${path}`);
    await expect(ready).toBeVisible();
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    expect(wide, path).toBeLessThanOrEqual(0);
    const tall = await page
      .locator(".scroll tbody tr")
      .evaluateAll((rows) => Math.max(0, ...rows.map((r) => r.getBoundingClientRect().height)));
    expect(tall, `the tallest row of ${path}`).toBeLessThan(300);
    expect.soft(await faults(page), path).toEqual([]);
    await shot(page, `phone-${path.replaceAll("/", "-")}`, true);
  }
});
