import { expect, test } from "@playwright/test";
import { begin, enter } from "./person";
import { shot, stand } from "./stand";
import { openActor, replay, sure, wearOut } from "./steps";

// An actor may be restarted once in eight seconds here, so that a test can have one that takes nothing.
const at = stand([], "--set", "actors.restart_limit=1", "--set", "actors.restart_window=8s");
const asked = "3号链接还剩多少件";

test("actors: the first sign-in", async ({ page }) => {
  await begin(page, at.node);
});

test("actors: the tree leads to one actor, which shows its messages while it is looked at", async ({ page }) => {
  for (let i = 0; i < 30; i++) at.talker.say("message", `u${i}`, asked);
  const first = at.talker.say("message", "小美", asked);
  await at.talker.hear((t) => t.type === "reply" && t.to === first);
  await enter(page, at.node, "actors");
  await expect(page.locator(".tree")).toContainText("库存账本");
  await page.getByRole("button", { name: "直播间 demo" }).click();
  await expect(page.locator(".tree ul ul li")).toHaveCount(21); // twenty, and the way to the rest
  await openActor(page, "小美");
  await expect(page.locator(".stat", { hasText: "已处理" })).toBeVisible();
  const second = at.talker.say("message", "小美", "包邮吗");
  await at.talker.hear((t) => t.to === second && t.type !== "ack");
  const latest = page.getByRole("table", { name: "最近消息（仅查看期间记录）" });
  await expect(latest).toContainText(second);
  await expect(latest).toContainText("读取结果");
  expect(await latest.textContent()).not.toContain("包邮吗");
  await page.getByRole("button", { name: "查看状态" }).click();
  await expect(page.locator("pre")).toContainText("user 小美 in demo");
  await shot(page, "actor-tree", true);
});

test("actors: one is restarted, is past its limit, and its dead letter is replayed", async ({ page }) => {
  await enter(page, at.node, "actors");
  await openActor(page, "小美");
  const shown = page.locator(".stat", { hasText: "重启" }).last().locator("b");
  await expect(shown).toHaveText("0");
  const { lost, restarts } = await wearOut(page, at.talker, "小美", asked);
  expect(restarts).toBeGreaterThan(1);
  await expect(shown).toHaveText(String(restarts));
  const letters = page.getByRole("table", { name: "死信" });
  await expect(letters.locator("tbody tr")).toHaveCount(1);
  await expect(letters).toContainText("actor 重启过于频繁");
  await expect(letters).toContainText(lost);
  await shot(page, "dead-letters", true);
  // Once its window has passed, the actor works again: what is sent then is answered.
  expect(String((await replay(page, at.talker, "小美", lost)).text)).toContain("88");
});

test("actors: one is stopped, leaves memory and comes back with its next message", async ({ page }) => {
  await enter(page, at.node, "actors");
  await openActor(page, "u7");
  await expect(page.getByText("停止会丢弃处理中的消息")).toBeVisible();
  await sure(page, "停止");
  await expect(page.getByRole("alert")).toContainText("not in memory");
  const back = at.talker.say("message", "u7", asked);
  await at.talker.hear((t) => t.type === "reply" && t.to === back);
  await expect(page.locator(".stat", { hasText: "已处理" })).toBeVisible();
});

test("actors: a user is muted from a row, and a person speaks to the room", async ({ page }) => {
  await enter(page, at.node, "rooms/demo");
  await expect(page.locator(".stat", { hasText: "在线人数" })).toContainText("1,234");
  at.talker.say("comment", "阿强", "质量太差了，气死我了");
  const row = page.locator(".lines li", { hasText: "质量太差了" });
  await row.getByRole("button", { name: "静音" }).click();
  await expect(row.getByRole("button", { name: "解除静音" })).toBeVisible();
  const silent = at.talker.say("comment", "阿强", asked);
  expect((await at.talker.hear((t) => t.to === silent && t.type !== "ack")).reason).toBe("muted");
  await row.getByRole("button", { name: "解除静音" }).click();
  await expect(row.getByRole("button", { name: "静音", exact: true })).toBeVisible();

  const line = page.getByLabel("对全场说");
  await line.fill("全网最低价，错过没有");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("alert")).toContainText("全网最低");
  at.forgive("422"); // the browser's own word for the refusal
  const heard = at.talker.hear((t) => t.type === "reply" && t.by === "human");
  await line.fill("三分钟后抽奖，别走开");
  await page.keyboard.press("Enter");
  expect(await heard).toMatchObject({ text: "三分钟后抽奖，别走开", scope: "public" });
  await expect(page.locator(".lines li", { hasText: "三分钟后抽奖" })).toContainText("场控");
  await expect(async () => {
    at.talker.say("comment", "阿强", "这个颜色真好看");
    await expect(page.getByRole("figure", { name: "情感占比走势" })).toBeVisible({ timeout: 1000 });
  }).toPass();
  await page.getByLabel("筛选").fill("抽奖");
  await expect(page.locator(".lines li")).toHaveCount(1);
  await page.getByLabel("筛选").fill("");
  await shot(page, "room-speak", true);
});

test("actors: inference tells intents and shows the model card as text, and swaps", async ({ page }) => {
  await enter(page, at.node, "inference");
  const intents = page.getByRole("table", { name: "按意图统计（自启动以来）" });
  await expect(intents).toContainText("库存现货");
  await expect(intents.locator("tbody tr", { hasText: "库存现货" })).toContainText("%");
  await page.getByRole("button", { name: "查看模型说明" }).click();
  await expect(page.locator(".prose")).toContainText("Intended use");
  expect(await page.locator(".prose").textContent()).not.toContain("## ");
  await sure(page, "切换到模型目录里的新模型");
  await expect(page.getByRole("status")).toContainText("正在使用", { timeout: 60_000 }); // a model is loaded and tried
  await expect(page.locator(".card", { hasText: "切换记录" })).toContainText("已采用");
  await shot(page, "inference-card", true);
});

test("actors: figures have definitions, exports and the dialogues behind them", async ({ page }) => {
  const rated = at.talker.hear((t) => t.type === "ack" && t.id === "rate-1");
  at.talker.send({ type: "rate", id: "rate-1", dialogue: "demo/小美", score: 4, solved: true, at: Date.now() });
  await rated;
  await enter(page, at.node, "figures");
  const row = (name: string) => page.getByRole("table", { name: "指标" }).locator("tbody tr", { hasText: name });
  await expect(row("满意度 CSAT")).toContainText("用户给对话打分的平均值");
  await expect(row("满意度 CSAT").locator("td").first()).toHaveText("4.0");
  await expect(row("问题解决率")).toContainText("100%");
  await expect(row("转化提升")).toContainText("暂无数据");
  const [file] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: "导出 CSV" }).click(),
  ]);
  expect(file.suggestedFilename()).toBe("figures.csv");
  await page.getByRole("button", { name: "查看对话 满意度 CSAT" }).click();
  await expect(page.getByRole("table", { name: "背后的对话：满意度 CSAT" })).toContainText("小美");
  await shot(page, "figures-cases", true);
  await page.getByRole("table", { name: "背后的对话：满意度 CSAT" }).getByRole("link", { name: "小美" }).click();
  await expect(page.getByRole("heading", { name: "对话历史" })).toBeVisible();
});

test("actors: a link is kicked", async ({ page }) => {
  await enter(page, at.node, "links");
  const links = page.getByRole("table", { name: "连接", exact: true });
  await expect(links.locator("tbody tr")).toHaveCount(1);
  await page.getByLabel("只看慢连接").check();
  await expect(links.locator("tbody tr")).toHaveCount(0);
  await page.getByLabel("只看慢连接").uncheck();
  const bye = at.talker.hear((t) => t.type === "bye");
  await sure(links, "断开");
  expect((await bye).code).toBe("forbidden");
  await expect(page.getByRole("table", { name: "本节点断开的连接（自启动以来）" })).toContainText("forbidden");
  await shot(page, "links-kicked", true);
});
