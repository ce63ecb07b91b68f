import { expect, type Locator, type Page, test } from "@playwright/test";
import { Crowd } from "./crowd";
import { guest, Talker } from "./node";
import { account, ask, begin, complaints } from "./person";
import { stand } from "./stand";
import { answerAsHuman, keep, labelByKeys, openActor, replay, script, station, wearOut, write } from "./steps";

// A day at the console in one go, while an audience talks: every place that people of the shop come by, one after the other,
// on one page that is never loaded anew. A viewer with a link of his own is at the other end of it.

// Nobody joins another's answer, so that the viewer gets one of his own; an actor may be restarted once in eight seconds, so
// that there is a dead letter to be had.
const settings = [
  "actors.fresh_for=1ms",
  "actors.room.fresh_max=1ms",
  "actors.restart_limit=1",
  "actors.restart_window=8s",
];
const at = stand([], ...settings.flatMap((s) => ["--set", s]));

const asked = "3号链接还剩多少件";

let crowd: Crowd;
let viewer: Talker;

/** go follows the menu, as a person does. */
async function go(page: Page, view: string): Promise<void> {
  await page.getByRole("navigation").getByRole("link", { name: view, exact: true }).click();
  await expect(page.getByRole("heading", { name: view, level: 1 })).toBeVisible();
}

/** watched notes what breaks a rule of the content security policy, on whatever the page loads. */
async function watched(page: Page): Promise<() => Promise<unknown>> {
  await page.addInitScript(() => {
    const w = window as unknown as { broken: string[] };
    w.broken = [];
    addEventListener("securitypolicyviolation", (e) => w.broken.push(`${e.violatedDirective} ${e.blockedURI}`));
  });
  return () => page.evaluate(() => (window as unknown as { broken: string[] }).broken);
}

/** follow has the viewer comment, finds the comment in the room's stream, and follows it to its way through the node. */
async function follow(page: Page): Promise<Locator> {
  await page.getByRole("searchbox", { name: "筛选" }).fill(guest);
  await expect(page.locator(".lines li").filter({ hasNotText: guest })).toHaveCount(0);
  const row = page.locator(".lines li", { hasText: asked }).filter({ hasText: guest }).first(); // the latest
  await expect(async () => {
    // What is said while the page asks for other lines may be in none of them: then he says it again.
    const reply = await viewer.answer(viewer.say("comment", guest, asked));
    expect(reply).toMatchObject({ type: "reply", scope: "public" });
    await expect(row).toContainText(String(reply.text), { timeout: 5000 });
  }).toPass();
  await page.getByRole("button", { name: "暂停滚动" }).click();
  await row.getByRole("button", { name: "链路" }).click();
  for (const stage of ["解码", "邮箱", "决策与措辞", "落盘", "交给发送队列"])
    await expect(page.locator(".fall").getByRole("rowheader", { name: stage, exact: true })).toBeVisible();
  return row;
}

test.afterEach(async () => {
  viewer?.close();
  await crowd?.close();
});

test("journey: through the whole console, while an audience talks", async ({ page, browser }) => {
  test.setTimeout(600_000);
  const broken = await watched(page);
  viewer = await Talker.open(at.node, "viewer");
  crowd = Crowd.open(at.node, "smoke", "--rate", "12", "--duration", "590s", "--links", "10");
  const told = async (text: string) => String((await viewer.answer(viewer.say("message", guest, text))).text);

  await test.step("sign in", async () => {
    const got = await page.goto(`${at.node.admin}/console/`);
    expect(got?.headers()["content-security-policy"]).toContain("default-src 'none'");
    expect(got?.headers()["content-security-policy"]).not.toContain("unsafe");
    await expect(page.getByLabel("账号")).toBeFocused();
    await station(page, "journey-01-sign-in");
    await begin(page, at.node);
    await expect(page.getByText("已回复").locator("b")).toContainText(/[1-9]/);
    await station(page, "journey-02-overview");
  });

  await test.step("watch a room", async () => {
    await go(page, "直播间");
    await page.getByRole("link", { name: "demo", exact: true }).click();
    await expect(page.locator(".stat", { hasText: "在线人数" })).toContainText(/\d/);
    await expect(page.locator(".lines li").nth(20)).toBeVisible();
    await station(page, "journey-03-room");
  });

  await test.step("follow one comment to its dialogue, its way and its reasons", async () => {
    const row = await follow(page);
    await station(page, "journey-04-comment");
    await row.getByRole("link", { name: guest }).click();
    await expect(page.getByRole("heading", { name: "对话历史" })).toBeVisible();
    await expect(page.locator(".chat")).toContainText(asked);
    await page.getByRole("button", { name: "为什么这样回复" }).last().click();
    await expect(page.locator(".fall")).toBeVisible();
    const why = page.locator(".card").filter({ has: page.getByRole("heading", { name: "为什么这样回复", level: 2 }) });
    await expect(page.locator(".card", { hasText: "已知信息" })).toContainText("316不锈钢保温杯");
    await expect(why).toContainText("候选意图（当时）");
    await expect(why.locator("meter").first()).toBeVisible();
    await expect(why).toContainText("话术版本");
    await expect(why).toContainText(/库存 \d+/);
    await station(page, "journey-05-reasons");
  });

  await test.step("take over, answer as a human, give back", async () => {
    await told("发什么快递"); // a human answers in private, on the link that spoke so
    await expect(page.locator(".chat")).toContainText("发什么快递");
    await answerAsHuman(page, viewer, guest, () => station(page, "journey-06-taken-over"));
  });

  await test.step("edit a script, and the next reply changes", async () => {
    expect(await told(asked)).not.toContain("盘点过一共有");
    await go(page, "话术");
    await page.getByRole("link", { name: "违禁词", exact: true }).click();
    await expect(page.getByLabel("内容", { exact: true })).toHaveValue(""); // the shop has none of its own
    await page.getByRole("link", { name: "返回列表" }).click();
    await page.getByLabel("搜索").fill("库存现货");
    await page.locator("details.card summary").click();
    await page.getByRole("link", { name: "编辑 stock.yaml" }).click();
    await expect(page.getByLabel("内容", { exact: true })).toHaveValue(/name: stock/);
    await write(page, script("盘点过一共有"), /3号链接盘点过一共有\d+件哦/);
    expect(await told(asked)).toMatch(/3号链接盘点过一共有\d+件哦/);
    await station(page, "journey-07-script");
  });

  await test.step("restart an actor, and replay what it did not take", async () => {
    await go(page, "Actor");
    await openActor(page, guest);
    const { lost } = await wearOut(page, viewer, guest, asked);
    await expect(page.locator(".stat", { hasText: "重启" }).last()).toContainText(/[1-9]/);
    await expect(page.getByRole("table", { name: "死信" })).toContainText(lost);
    await station(page, "journey-08-dead-letter");
    const reply = await replay(page, viewer, guest, lost);
    expect(String(reply.text)).toMatch(/盘点过一共有\d+件哦/);
    await keep(page, "journey-09-replayed");
  });

  await test.step("label ten lines by keyboard", async () => {
    for (let i = 0; i < 10; i++)
      await viewer.answer(viewer.say("message", guest, `${"嗡嘛呢叭咪吽锟斤拷烫屯葺".slice(i)}${i}喵喵`));
    await go(page, "标注");
    await expect(page.locator(".wanted")).toBeVisible();
    await station(page, "journey-10-labelling");
    await labelByKeys(page, 1, 10);
    await expect(page.getByText("本次已标注").locator("b")).toHaveText("10");
  });

  await test.step("verify the audit log", async () => {
    await go(page, "审计");
    const rows = page.getByRole("table", { name: "审计记录" }).locator("tbody tr");
    for (const act of ["dialogue.take", "script.write", "actor.manage", "label.write"]) {
      await page.getByLabel("操作", { exact: true }).fill(act);
      await page.getByRole("button", { name: "筛选" }).click();
      await expect(rows.locator(`td[title="${act}"]`).first()).toBeVisible();
      await expect(rows.first()).toContainText("admin");
    }
    await expect(rows).toHaveCount(20); // of ten lines, each intended and done
    await page.getByRole("button", { name: "清空" }).click();
    await page.getByRole("button", { name: "开始校验" }).click();
    await expect(page.getByRole("status")).toContainText("完好");
    await station(page, "journey-11-audit");
  });

  await test.step("be refused as auditor", async () => {
    const once = await account(page, "audit.one", "auditor");
    const other = await browser.newContext({ locale: "zh-CN" });
    const theirs = await other.newPage();
    const wrong = complaints(theirs);
    const theirBroken = await watched(theirs);
    await begin(theirs, at.node, "audit.one", once);
    await theirs.goto(`${at.node.admin}/console/rooms/demo/users/${guest}`);
    await expect(theirs.getByRole("alert")).toContainText("没有权限 (dialogue.read: a auditor may not");
    await expect(theirs.getByRole("button", { name: "接管" })).toHaveCount(0);
    await station(theirs, "journey-12-refused");
    const take = await ask(theirs, "POST", `/v1/rooms/demo/users/${guest}/seat/take`, {});
    expect(take.status).toBe(403);
    expect(take.answer.error).toContain("dialogue.take: a auditor may not");
    expect((await ask(theirs, "GET", "/v1/audit")).status).toBe(200);
    // The browser tells of both refusals, and of nothing else.
    expect(wrong).toHaveLength(2);
    for (const line of wrong) expect(line).toMatch(/403.*\/v1\/rooms\/demo\/users\/guest/);
    expect(await theirBroken()).toEqual([]);
    await other.close();
  });

  expect(await broken()).toEqual([]);
  expect(crowd.gone()).toBe("");
});
