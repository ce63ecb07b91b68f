import { expect, test } from "@playwright/test";
import { begin, enter } from "./person";
import { stand } from "./stand";

// The filter of the live room is the engine's: what it leaves out is not sent to the page.

const at = stand();

test("filter: the first sign-in", async ({ page }) => {
  await begin(page, at.node);
});

test("filter: what is filtered out of a room is not sent to the page", async ({ page }) => {
  let sent = "";
  let asked = "";
  page.on("websocket", (socket) => {
    socket.on("framereceived", ({ payload }) => {
      sent += String(payload);
    });
    socket.on("framesent", ({ payload }) => {
      asked += String(payload);
    });
  });
  await enter(page, at.node, "rooms/demo");
  const rows = page.locator(".lines li");
  await expect(page.locator(".stat", { hasText: "在线人数" })).toContainText("1,234"); // asked for after the lines were
  at.talker.say("comment", "小美", "包邮吗");
  await expect(rows).toHaveCount(1);
  await page.getByLabel("筛选").fill("退货");
  await expect(rows).toHaveCount(0);
  await expect(page.getByText("还没有符合筛选的评论")).toBeVisible();
  await expect.poll(() => asked).toContain('"q":"退货"');
  await expect(async () => {
    at.talker.say("comment", "大伟", "我要退货");
    await expect(rows.first()).toContainText("我要退货", { timeout: 1000 });
  }).toPass();
  // The filter is in force: what it leaves out is answered, and is not on its way to the page when a later line is there.
  await at.talker.answer(at.talker.say("comment", "阿强", "主播今天真好看"));
  at.talker.say("comment", "圆圆", "怎么退货呀");
  await expect(rows.filter({ hasText: "怎么退货呀" })).toHaveCount(1);
  expect(sent).toContain("包邮吗");
  expect(sent).toContain("我要退货");
  expect(sent).not.toContain("主播今天真好看");

  await page.getByLabel("筛选").fill("");
  await page.getByLabel("处理结果").selectOption("handed_over");
  await expect.poll(() => asked).toContain('"outcome":"handed_over"');
  await expect(rows).toHaveCount(0);
  await page.getByLabel("处理结果").selectOption("");
  await expect(rows.filter({ hasText: "包邮吗" })).toHaveCount(1);
});
