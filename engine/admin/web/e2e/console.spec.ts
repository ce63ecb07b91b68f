import { expect, type Page, test } from "@playwright/test";
import { account, ask, choose, enter, leave, own, signIn } from "./person";
import { shot, stand } from "./stand";
import { answerAsHuman, sure } from "./steps";

const at = stand();
/** watching waits until a room's stream is open: what is said from then on is shown. */
const watching = (page: Page) => expect(page.locator(".stat", { hasText: "在线人数" })).toContainText("1,234");

test("the first sign-in wants a password of one's own", async ({ page }) => {
  await page.goto(at.node.admin);
  await signIn(page, "admin", "not it");
  await expect(page.getByRole("alert")).toContainText("wrong");
  await shot(page, "sign-in");
  await page.getByLabel("密码").fill(at.node.password);
  await page.getByRole("button", { name: "登录" }).click();
  await choose(page, at.node.password);
});

test("the overview counts what is said", async ({ page }) => {
  await enter(page, at.node);
  const said = Array.from({ length: 20 }, (_, i) => at.talker.say("message", `u${i}`, "3号链接还剩多少件"));
  await Promise.all(said.map((id) => at.talker.answer(id))); // none is left to come while a later test looks
  await expect(page.getByText("已回复").locator("b")).toContainText(/[1-9]/);
  await expect(page.getByRole("table", { name: "各环节耗时（毫秒）" })).toContainText("落盘");
  await expect(page.getByRole("link", { name: "demo" })).toBeVisible();
  await page.waitForTimeout(4000);
  await shot(page, "overview");
  await page.getByLabel("主题").selectOption("dark");
  await page.getByRole("button", { name: "English" }).click();
  await expect(page.getByRole("heading", { name: "Overview" })).toBeVisible();
  await shot(page, "overview-dark");
});

test("a comment is followed to its dialogue, taken over, answered and given back", async ({ page }) => {
  await enter(page, at.node, "rooms/demo");
  await watching(page);
  const first = at.talker.say("message", "小美", "3号链接还剩多少件");
  const reply = await at.talker.hear((t) => t.type === "reply" && t.to === first);
  const row = page.locator(".lines li", { hasText: "3号链接还剩多少件" });
  await expect(row).toContainText(String(reply.text));
  await expect(row).toContainText("库存现货");
  at.talker.say("comment", "阿强", "这个裤子180斤能穿吗");
  at.talker.say("comment", "阿强", "质量太差了，气死我了");
  await expect(page.locator(".stat", { hasText: "在线人数" })).toContainText("1,234");
  await expect(page.locator(".lines li", { hasText: "质量太差了" })).toContainText("急躁");
  await shot(page, "room");
  await row.getByRole("link", { name: "小美" }).click();
  await expect(page.getByRole("heading", { name: "对话历史" })).toBeVisible();
  await expect(page.locator(".chat")).toContainText(String(reply.text));
  await page.getByRole("button", { name: "为什么这样回复" }).first().click();
  await expect(page.getByText("候选意图")).toBeVisible();
  await expect(page.locator("meter").first()).toBeVisible();
  await shot(page, "dialogue");

  await answerAsHuman(page, at.talker, "小美", () => shot(page, "taken-over"));
});

test("hostile text is text", async ({ page }) => {
  await enter(page, at.node, "rooms/demo");
  await watching(page);
  at.talker.say("comment", "<b>坏人</b>", '<script>document.title="x"</script><img src=x onerror="document.title=1">');
  at.talker.say("comment", "反", "\u202e反着写\u202c 正常");
  at.talker.say("comment", "表情", "😀".repeat(400));
  await expect(page.locator(".lines li", { hasText: "<script>" })).toBeVisible();
  await expect(page.locator(".lines li", { hasText: "·反着写·" })).toBeVisible();
  expect(await page.title()).toBe("liveroom");
  expect(await page.locator(".lines script, .lines img, .lines b").count()).toBe(0);
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  expect(wide).toBeLessThanOrEqual(0);
  await shot(page, "hostile");
});

test("a room that talks fast keeps the page small", async ({ page }) => {
  await enter(page, at.node, "rooms/demo");
  await watching(page);
  await page.evaluate(() => {
    const w = window as unknown as { slow: number };
    w.slow = 0;
    new PerformanceObserver((l) => {
      for (const e of l.getEntries()) w.slow = Math.max(w.slow, e.duration);
    }).observe({ type: "longtask" });
  });
  let times = 0;
  const all = () => {
    times++;
    for (let i = 0; i < 20; i++) at.talker.say("comment", `f${i}`, `第${times}次问 ${i}号链接多少钱`);
  };
  while (times < 30) {
    all();
    await page.waitForTimeout(100); // two hundred a second
  }
  // What comes in one beat is cut, and a busy machine has few beats: they talk until the list is full.
  await expect(async () => {
    all();
    await expect(page.locator(".lines li")).toHaveCount(200, { timeout: 500 });
  }).toPass();
  expect(await page.evaluate(() => document.querySelectorAll("*").length)).toBeLessThan(6000);
  const slowest = await page.evaluate(() => (window as unknown as { slow: number }).slow);
  console.log(`the longest task took ${Math.round(slowest)} ms`);
  await page.getByRole("button", { name: "建议" }).click();
  await expect(page.getByRole("button", { name: "建议" })).toHaveAttribute("aria-pressed", "true");
  await page.getByRole("button", { name: "自动", exact: true }).click();
  await expect(page.getByRole("button", { name: "自动", exact: true })).toHaveAttribute("aria-pressed", "true");
});

test("actors are found, restarted and put to rest", async ({ page }) => {
  await enter(page, at.node, "actors");
  await page.getByLabel("搜索").fill("小美");
  const table = page.getByRole("table", { name: "Actor", exact: true });
  await expect(table.locator("tbody tr")).toHaveCount(1);
  await table.getByRole("button", { name: "小美" }).click();
  await sure(page, "重启");
  await expect(page.getByRole("status").first()).toHaveText("已执行");
  await expect(table.locator("tbody tr td").nth(7)).toHaveText("1");
  await page.getByLabel("搜索").fill("");
  await page.waitForTimeout(2500);
  await shot(page, "actors");
});

for (const [path, heading, text] of [
  ["rooms", "直播间", "demo"],
  ["inference", "推理", "缓存命中率"],
  ["links", "连接", "推送端"],
  ["scripts", "话术", "内置库"],
  ["figures", "指标", "暂无数据"],
  ["settings", "配置", "transport.tcp_addr"],
] as const) {
  test(`${path} shows what there is`, async ({ page }) => {
    await enter(page, at.node, path);
    await expect(page.getByRole("heading", { name: heading, level: 1 })).toBeVisible();
    await expect(page.getByText(text).first()).toBeVisible();
    await shot(page, path);
  });
}

test("on a phone nothing is wider than the screen", async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await enter(page, at.node);
  for (const path of ["", "rooms", "rooms/demo", "actors", "links", "figures", "settings"]) {
    await page.goto(`${at.node.admin}/console/${path}`);
    await expect(page.locator("h1")).toBeVisible();
    await expect(page.getByText("读取中…")).toHaveCount(0);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    expect(wide, path).toBeLessThanOrEqual(0);
    await shot(page, `phone-${path.replace("/", "-") || "overview"}`);
  }
});

test("the policy is strict and the keyboard suffices", async ({ page }) => {
  const got = await page.goto(`${at.node.admin}/console/`);
  expect(got?.headers()["content-security-policy"]).toContain("default-src 'none'");
  expect(got?.headers()["content-security-policy"]).not.toContain("unsafe");
  await expect(page.getByLabel("账号")).toBeFocused();
  await page.keyboard.type("admin");
  await page.keyboard.press("Tab");
  await page.keyboard.type(own);
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { name: "总览" })).toBeVisible();
  await page.keyboard.press("Tab");
  await expect(page.locator(".skip")).toBeFocused();
});

test("a session that is over leads back to signing in", async ({ page, context }) => {
  await enter(page, at.node);
  await context.clearCookies();
  await page.getByRole("link", { name: "话术" }).click();
  await expect(page.getByRole("button", { name: "登录" })).toBeVisible();
});

test("a role that may not see something is not shown it, and is refused", async ({ page, request }) => {
  await enter(page, at.node);
  const once = await account(page, "audit.one", "auditor");
  await leave(page);
  await signIn(page, "audit.one", once);
  await choose(page, once);
  await expect(page.getByRole("link", { name: "直播间", exact: true })).toBeVisible();
  await page.goto(`${at.node.admin}/console/rooms/demo`);
  await expect(page.getByText("当前角色无权查看")).toBeVisible();
  expect((await ask(page, "POST", "/v1/rooms/demo/users/x/seat/take", {})).status).toBe(403);
  at.forgive("403");
  expect((await request.get(`${at.node.admin}/v1/overview`)).status()).toBe(401);
});

test("a lost engine is told at once, and what is old looks old", async ({ page }) => {
  await enter(page, at.node);
  await expect(page.getByRole("heading", { name: "部件健康" })).toBeVisible();
  await at.node.stop();
  await expect(page.getByText("与引擎的连接中断")).toBeVisible();
  await expect(page.locator(".stale")).toBeVisible();
  await shot(page, "lost");
  at.forgive("ERR_", "503", "WebSocket"); // whatever the page asks of an engine that goes, and has gone
});
