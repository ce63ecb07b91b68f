import { expect, test } from "@playwright/test";
import { ask, begin } from "./person";
import { shot, stand } from "./stand";
import { sure } from "./steps";

// What viewers have reserved over their link is seen, and given back by hand: the piece is offered again.

const at = stand(["409"]); // releasing what has ended is refused

const left = async (page: Parameters<typeof ask>[0]) =>
  Number((await ask(page, "GET", "/v1/stock/DEMO-3")).answer.offerable);

test("reservations: one is seen, released, and its piece is offered again", async ({ page }) => {
  await begin(page, at.node);
  const say = async (user: string, text: string) => {
    const id = at.talker.say("message", user, text);
    return String((await at.talker.hear((t) => t.to === id && t.type === "reply")).text);
  };
  for (const user of ["小美", "阿强"]) {
    await say(user, "3号链接还有货吗");
    expect(await say(user, "要")).toContain("确认");
  }
  expect(await say("小美", "确认")).toContain("锁定");
  expect(await left(page)).toBe(86);

  await page.getByRole("link", { name: "预留", exact: true }).click();
  const table = page.getByRole("table", { name: "预留" });
  const locked = table.getByRole("row", { name: /小美/ });
  await expect(locked).toContainText("已锁定");
  await expect(locked.locator("time")).toHaveText(/^(30:00|29:\d\d)$/);
  const open = table.getByRole("row", { name: /阿强/ });
  await expect(open).toContainText("待确认");
  await expect(open).toContainText("DEMO-3");
  await expect(open.locator("time")).toHaveText(/^(10:00|9:\d\d)$/);
  await shot(page, "reservations");

  for (const [row, more] of [
    [locked, 87],
    [open, 88],
  ] as const) {
    await sure(row, "释放");
    await expect(row).toHaveCount(0);
    expect(await left(page)).toBe(more);
  }
  await expect(page.getByText("没有符合条件的预留")).toBeVisible();
  expect(await say("阿强", "确认")).not.toContain("锁定好");
  expect(await left(page)).toBe(88);

  await page.getByLabel("状态").selectOption("已释放");
  await expect(table.getByRole("row", { name: /小美/ })).toContainText("已释放");
  const { answer } = await ask(page, "GET", "/v1/reservations?state=released");
  const again = await ask(page, "POST", `/v1/reservations/${(answer.rows as { id: string }[])[0]?.id}/release`);
  expect(again.status).toBe(409);
  await shot(page, "reservations-released");
  await table.getByRole("link", { name: "小美" }).click();
  await expect(page.locator(".chat")).toContainText("锁定");
});
