import { expect, test } from "@playwright/test";
import { ask, begin } from "./person";
import { shot, stand } from "./stand";

// A person is erased from his dialogue: it says so and shows nothing, and the audit log knows him by a pseudonym.

const at = stand();
const user = "要走的人";
const said = "3号链接还有多少件，标记七一";

test("erase: a person goes from the page where he is seen", async ({ page }) => {
  await begin(page, at.node);
  await at.talker.answer(at.talker.say("message", user, said));
  const path = `${at.node.admin}/console/rooms/demo/users/${encodeURIComponent(user)}`;
  await page.goto(path);
  await expect(page.locator(".chat")).toContainText(said);
  await page.getByRole("button", { name: "抹除此人" }).click();
  const dialog = page.getByRole("dialog", { name: "抹除此人" });
  const sure = dialog.getByRole("button", { name: "确认抹除" });
  await expect(dialog).toContainText("无法恢复");
  await expect(sure).toBeDisabled();
  await dialog.getByLabel("用户 ID").fill("要走的");
  await expect(sure).toBeDisabled();
  await dialog.getByRole("button", { name: "取消" }).click();
  await expect(dialog).toBeHidden();
  await page.getByRole("button", { name: "抹除此人" }).click();
  await dialog.getByLabel("用户 ID").fill(user);
  await shot(page, "erase-asked");
  await sure.click();
  await expect(page.getByRole("heading", { name: "此人已抹除" })).toBeVisible();
  await expect(page.getByRole("status")).toContainText("条记录已删除");
  await expect(page.getByText("标记七一")).toHaveCount(0);
  await expect(page.getByText(user)).toHaveCount(0);
  await shot(page, "erase-done");

  await page.goto(path);
  await expect(page.getByRole("heading", { name: /对话/, level: 1 })).toBeVisible();
  await expect(page.getByText("标记七一")).toHaveCount(0);

  await page.goto(`${at.node.admin}/console/audit`);
  const erased = page.getByRole("row", { name: /删除个人数据/ });
  await expect(erased.first()).toBeVisible();
  await expect(page.getByText(user)).toHaveCount(0);
  const log = await ask(page, "GET", "/v1/audit?act=person.erase");
  expect(log.status).toBe(200);
  expect(JSON.stringify(log.answer)).not.toContain(user);
  expect(JSON.stringify(log.answer)).toMatch(/"room demo user ~[0-9a-f]{24}"/);
  await shot(page, "erase-audit");
});
