import { open } from "node:fs/promises";
import { join } from "node:path";
import { expect, type Page, test } from "@playwright/test";
import { account, ask, begin, choose, enter, leave, own, signIn } from "./person";
import { shot, stand } from "./stand";

// The audit log as an auditor sees it: read, filtered, verified, found changed; and what an auditor is refused elsewhere.

const at = stand();

const asAuditor = (page: Page, path: string) => enter(page, at.node, path, "audit.one");

test("an admin acts, and makes an auditor's account", async ({ page }) => {
  await begin(page, at.node);
  for (const mode of ["paused", "auto"])
    expect((await ask(page, "PUT", "/v1/rooms/demo/mode", { mode })).status).toBe(200);
  expect((await ask(page, "PUT", "/v1/rooms/demo/muted/捣乱的人")).status).toBeLessThan(300);
  const once = await account(page, "audit.one", "auditor");
  await leave(page);
  await signIn(page, "audit.one", once);
  await choose(page, once);
});

test("the auditor reads, filters and verifies the log", async ({ page }) => {
  await asAuditor(page, "audit");
  const rows = page.getByRole("table", { name: "审计记录" }).locator("tbody tr");
  await expect(rows.first()).toContainText("audit.one");
  await expect(page.getByText("捣乱的人")).toHaveCount(0); // people stand as pseudonyms
  await page.getByLabel("操作", { exact: true }).fill("room.write");
  await page.getByRole("button", { name: "筛选" }).click();
  await expect(rows).toHaveCount(4);
  await expect(rows.first()).toContainText("设置直播间");
  await expect(rows.first()).toContainText("已完成");
  await page.getByRole("form", { name: "筛选" }).getByRole("combobox").last().selectOption("intended");
  await page.getByRole("button", { name: "筛选" }).click();
  await expect(rows).toHaveCount(2);
  await page.getByRole("button", { name: "清空" }).click();
  for (const [act, name] of [
    ["config.start", "启动时的配置"],
    ["link.ingest", "推送端登录"],
  ]) {
    await page.getByLabel("操作", { exact: true }).fill(act);
    await page.getByRole("button", { name: "筛选" }).click();
    await expect(rows.first()).toContainText(name);
    await expect(rows.first()).toContainText("已记录");
  }
  await shot(page, "audit-links");
  await page.getByRole("button", { name: "清空" }).click();
  await page.getByLabel("涉及用户").fill("捣乱的人");
  await page.getByRole("button", { name: "筛选" }).click();
  await expect(rows).toHaveCount(2);
  await expect(rows.first()).toContainText("静音用户");
  await page.getByRole("button", { name: "清空" }).click();
  await page.getByRole("button", { name: "开始校验" }).click();
  await expect(page.getByRole("status")).toContainText("完好");
  await expect(page.locator(".stat", { hasText: "已校验至" }).locator("b")).toContainText(/\d/);
  await shot(page, "audit");
  await page.setViewportSize({ width: 390, height: 844 });
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  expect(wide).toBeLessThanOrEqual(0);
  await shot(page, "phone-audit");
});

test("what may not be seen or done as an auditor is refused", async ({ page }) => {
  await asAuditor(page, "audit");
  await expect(page.getByRole("link", { name: "审计" })).toBeVisible();
  for (const [method, path, body] of [
    ["GET", "/v1/rooms/demo/users/x", undefined],
    ["POST", "/v1/rooms/demo/users/x/seat/take", {}],
    ["PUT", "/v1/rooms/demo/mode", { mode: "paused" }],
    ["GET", "/v1/users", undefined],
    ["POST", "/v1/keys/rotate", undefined],
    ["PUT", "/v1/knowledge", {}],
    ["POST", "/v1/tokens/revoked", { id: "x" }],
  ] as const) {
    const got = await ask(page, method, path, body);
    expect(got.status, path).toBe(403);
    expect(got.answer.error, path).toContain("a auditor may not");
  }
  await page.goto(`${at.node.admin}/console/rooms/demo`);
  await expect(page.getByText("当前角色无权查看")).toBeVisible();
  at.forgive("403");
});

test("an admin says why and sees whom a record is about; an auditor cannot", async ({ page }) => {
  await asAuditor(page, "audit");
  const muted = page.getByRole("row", { name: /静音用户.*准备执行/ });
  await expect(muted).toBeVisible();
  await expect(muted.getByRole("button", { name: "查看是谁" })).toHaveCount(0);
  await leave(page);
  await signIn(page, "admin", own);
  await expect(page.getByRole("button", { name: "退出" })).toBeVisible();
  await page.goto(`${at.node.admin}/console/audit`);
  await muted.getByRole("button", { name: "查看是谁" }).click();
  await muted.getByLabel("原因").fill("投诉 12");
  await page.keyboard.press("Enter");
  await expect(muted).toContainText("捣乱的人");
  await page.getByRole("button", { name: "刷新" }).click();
  await expect(page.getByRole("row", { name: /查看脱敏原文/ }).last()).toContainText("投诉 12");
});

test("a log that was changed under the node is found out, and where", async ({ page }) => {
  await asAuditor(page, "audit");
  const file = await open(join(at.node.data, "audit", "00000000000000000001.log"), "r+");
  const content = await file.readFile();
  const place = content.indexOf('{"mode":"paused"}');
  expect(place).toBeGreaterThan(0);
  await file.write(Buffer.from('{"mode":"PAUSED"}'), 0, 17, place);
  await file.close();
  await page.getByRole("button", { name: "开始校验" }).click();
  await expect(page.getByRole("status")).toContainText("发现 1 处问题");
  const fault = page.getByRole("table", { name: "处问题" }).locator("tbody tr");
  await expect(fault).toContainText("被改动");
  await expect(fault).toContainText("00000000000000000001.log @");
  await shot(page, "audit-changed");
});
