import { expect, type Page, test } from "@playwright/test";
import { faults } from "./axe";
import { choose, enter, signIn } from "./person";
import { stand } from "./stand";

// What axe-core finds on every view, in light and in dark: nothing serious, nothing critical.

const at = stand();

/** inspect looks at the page in both themes. */
async function inspect(page: Page, where: string): Promise<void> {
  for (const theme of ["light", "dark"]) {
    await page.evaluate((theme) => {
      document.documentElement.dataset.theme = theme;
    }, theme);
    expect.soft(await faults(page), `${where}, ${theme}`).toEqual([]);
  }
}

/** talk has enough said that every view has something to show. */
async function talk(): Promise<void> {
  const answered = at.talker.hear((t) => t.type === "reply" && t.user === "小美");
  for (const [user, text] of [
    ["小美", "3号链接还剩多少件"],
    ["小美", "包邮吗"],
    ["阿强", "质量太差了，气死我了"],
    ["大伟", "主播今天真好看"],
    ["小美", "我的手机号是13800138000，帮我查一下订单"],
  ] as const) {
    at.talker.say("comment", user, text);
    at.talker.say("message", user, text);
  }
  await answered;
}

test("axe: signing in", async ({ page }) => {
  await page.goto(`${at.node.admin}/console/`);
  await expect(page.getByLabel("账号")).toBeVisible();
  await inspect(page, "sign-in");
  await signIn(page, "admin", at.node.password);
  await expect(page.getByLabel("一次性密码")).toBeVisible();
  await inspect(page, "a password of one's own");
  await choose(page, at.node.password);
});

test("axe: every view of the menu", async ({ page }) => {
  test.setTimeout(300_000);
  await talk();
  await enter(page, at.node);
  const places = await page
    .getByRole("navigation")
    .getByRole("link")
    .evaluateAll((all) => all.map((a) => a.getAttribute("href") ?? ""));
  expect(places.length).toBeGreaterThan(8);
  for (const place of places) {
    await page.goto(`${at.node.admin}${place}`);
    await expect(page.locator("h1")).toBeVisible();
    await expect(page.getByText("读取中…")).toHaveCount(0);
    await inspect(page, place);
  }
});

test("axe: a room, a dialogue with its reasons, a script", async ({ page }) => {
  test.setTimeout(300_000);
  await enter(page, at.node, "rooms/demo");
  await expect(page.locator(".stat", { hasText: "在线人数" })).toContainText("1,234");
  await talk();
  await expect(page.locator(".lines li").first()).toBeVisible();
  await inspect(page, "the room");
  await page.locator(".lines li").getByRole("link", { name: "小美" }).first().click();
  await expect(page.locator(".chat")).toContainText("包邮吗");
  await page.getByRole("button", { name: "为什么这样回复" }).first().click();
  await expect(page.locator("meter").first()).toBeVisible();
  await page.getByRole("button", { name: "接管" }).click();
  await expect(page.getByText("已由人工接管：admin")).toBeVisible();
  await inspect(page, "the dialogue");
  await page.goto(`${at.node.admin}/console/scripts/affirm.yaml`);
  await expect(page.locator("h1")).toBeVisible();
  await expect(page.getByText("读取中…")).toHaveCount(0);
  await inspect(page, "a script");
});

test("axe: on a phone, with the menu open", async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await enter(page, at.node);
  await page.getByRole("button", { name: "菜单" }).click();
  await expect(page.getByRole("navigation")).toBeVisible();
  await inspect(page, "the overview on a phone");
});
