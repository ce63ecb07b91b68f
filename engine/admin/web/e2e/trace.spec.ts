import { expect, type Page, test } from "@playwright/test";
import { account, ask, begin, enter, leave } from "./person";
import { shot, stand } from "./stand";
import { sure } from "./steps";

// One message, from the room's stream to its way through every stage and its reasons; the original of what is masked, for a
// reason; and a reading put right.

const at = stand(["403"]);

const card = (page: Page, title: string) =>
  page.locator(".card").filter({ has: page.getByRole("heading", { name: title, level: 2 }) });

test("trace: a comment is followed through every stage, from the room and from its dialogue", async ({ page }) => {
  await begin(page, at.node);
  await page.goto(`${at.node.admin}/console/rooms/demo`);
  await expect(page.locator(".stat", { hasText: "在线人数" })).toContainText("1,234");
  at.talker.say("message", "小链", "3号链接还剩多少件，打我电话13812345678");
  const row = page.locator(".lines li", { hasText: "3号链接还剩多少件" });
  await row.getByRole("button", { name: "链路" }).click();
  const fall = page.locator(".fall");
  for (const stage of ["解码", "邮箱", "等待组批", "模型", "结果返回", "决策与措辞", "落盘", "交给发送队列"])
    await expect(fall.getByRole("rowheader", { name: stage, exact: true })).toBeVisible();
  await expect(fall).toContainText(/\d+ µs|\d+\.\d ms/);
  const box = card(page, "链路").last();
  await expect(box).toContainText("候选意图（当时）");
  await expect(box).toContainText("阈值");
  await expect(box).toContainText("库存 88");
  await expect(box).toContainText("时效上限 24 h");
  await expect(box).toContainText("暂无实验");
  await shot(page, "trace-room", true);
  await row.getByRole("link", { name: "小链" }).click();
  await expect(page.getByRole("heading", { name: "对话历史" })).toBeVisible();
  await page.getByRole("button", { name: "为什么这样回复" }).first().click();
  await expect(page.locator(".fall")).toBeVisible();
  await expect(card(page, "为什么这样回复")).toContainText("话术版本");
  await shot(page, "trace-dialogue", true);
});

test("trace: what is masked is shown for a reason, and the audit log knows it", async ({ page }) => {
  await enter(page, at.node, "rooms/demo/users/小链");
  await expect(page.locator(".chat")).not.toContainText("13812345678");
  await page.getByRole("button", { name: "为什么这样回复" }).first().click();
  await page.getByRole("button", { name: "显示原文" }).click();
  await page.getByLabel("查看原因").fill("买家要求回电");
  await page.keyboard.press("Enter");
  await expect(page.locator(".original").first()).toContainText("13812345678");
  await shot(page, "trace-reveal", true);
  await page.getByRole("button", { name: "隐藏" }).click();
  await expect(page.locator("main")).not.toContainText("13812345678");
  const records = await page.evaluate(async () => (await (await fetch("/v1/audit?act=person.reveal")).json()).records);
  expect(JSON.stringify(records)).toContain("买家要求回电");
  expect(JSON.stringify(records)).not.toContain("13812345678");
});

test("trace: a reading is put right with the keyboard, and goes into the corpus", async ({ page }) => {
  await enter(page, at.node, "rooms/demo/users/小链");
  await page.getByRole("button", { name: "为什么这样回复" }).first().click();
  const intent = page.getByLabel("正确的意图");
  await intent.focus();
  await intent.selectOption({ label: "发货时间" });
  await page.getByLabel(/^情感/).selectOption({ label: "中性" });
  await page.getByRole("button", { name: "保存" }).focus();
  await page.keyboard.press("Enter");
  await expect(card(page, "更正意图").getByRole("status")).toContainText("已更正为 发货时间");
  await expect(page.locator(".chat")).toContainText("已更正为 发货时间");
  await shot(page, "trace-correct", true);
  const file = await page.evaluate(async () => (await fetch("/v1/labels/export")).text());
  expect(file).toContain("text\tintent\temotion\tsentiment\tpersona\n");
  expect(file).toMatch(/\tship_time\t\w*\tneutral\tshopper\n/);
  expect(file).not.toContain("13812345678");
  await page.reload();
  await expect(page.locator(".chat")).toContainText("已更正为 发货时间");
  await page.setViewportSize({ width: 390, height: 844 });
  await page.getByRole("button", { name: "为什么这样回复" }).first().click();
  await expect(page.getByLabel("正确的意图")).toBeVisible();
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  expect(wide).toBeLessThanOrEqual(0);
  await shot(page, "trace-phone", true);
});

test("trace: a reading put right by mistake is taken back", async ({ page }) => {
  await enter(page, at.node, "rooms/demo/users/小链");
  await page.getByRole("button", { name: "为什么这样回复" }).first().click();
  await expect(card(page, "更正意图").getByRole("status")).toContainText("已更正为 发货时间");
  await sure(page, "撤回");
  await expect(card(page, "更正意图").getByRole("status")).toHaveCount(0);
  await expect(page.locator(".chat")).not.toContainText("已更正为");
  expect(await page.evaluate(async () => (await fetch("/v1/labels/export")).text())).not.toContain("ship_time");
  await shot(page, "trace-withdrawn", true);
});

test("trace: an operator reads and corrects, and is shown no original", async ({ page }) => {
  await enter(page, at.node);
  const once = await account(page, "op.one", "operator");
  await leave(page);
  await begin(page, at.node, "op.one", once);
  await expect(page.getByRole("link", { name: "直播间", exact: true })).toBeVisible();
  await page.goto(`${at.node.admin}/console/rooms/demo/users/${encodeURIComponent("小链")}`);
  await page.getByRole("button", { name: "为什么这样回复" }).first().click();
  await expect(page.getByLabel("正确的意图")).toBeVisible();
  await expect(page.getByRole("button", { name: "显示原文" })).toHaveCount(0);
  const path = `/v1/rooms/demo/users/${encodeURIComponent("小链")}/reveal`;
  expect((await ask(page, "POST", path, { type: "message", id: "x", reason: "想看看" })).status).toBe(403);
});
