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
  at.talker.say("comment", "小美", "包邮吗");
  await expect(rows).toHaveCount(1);
  await page.getByLabel("筛选").fill("退货");
  await expect(rows).toHaveCount(0);
  await expect(page.getByText("还没有符合筛选的评论")).toBeVisible();
  await expect.poll(() => asked).toContain('"q":"退货"');
  // A line is told to the page after its sender: the first of the two would be there when the second is.
  await at.talker.answer(at.talker.say("comment", "阿强", "主播今天真好看"));
  await at.talker.answer(at.talker.say("comment", "大伟", "我要退货"));
  await expect(rows).toHaveCount(1);
  await expect(rows).toContainText("我要退货");
  expect(sent).toContain("包邮吗");
  expect(sent).toContain("我要退货");
  expect(sent).not.toContain("主播今天真好看");

  await page.getByLabel("筛选").fill("");
  await page.getByLabel("处理结果").selectOption("merged");
  await expect.poll(() => asked).toContain('"outcome":"merged"');
  await expect(rows).toHaveCount(0);
  await page.getByLabel("处理结果").selectOption("");
  await expect(rows).toHaveCount(2);
});
