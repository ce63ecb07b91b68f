import { expect, test } from "@playwright/test";
import { begin, enter } from "./person";
import { shot, stand } from "./stand";
import { labelByKeys, script, sure, write } from "./steps";

// The library: scripts, knowledge and labels, as the people who tend them see them.

const at = stand(["409", "422"]);
/** asked returns what a viewer is told. */
async function asked(user: string, text: string): Promise<string> {
  const id = at.talker.say("message", user, text);
  return String((await at.talker.hear((t) => t.to === id && t.type === "reply")).text);
}

test("library: a person with a password of his own", async ({ page }) => {
  await begin(page, at.node);
});

test("library: a script is edited and the next reply changes", async ({ page }) => {
  await enter(page, at.node, "scripts");
  await page.getByLabel("搜索").fill("库存现货");
  await expect(page.locator("details.card")).toHaveCount(1);
  await page.locator("details.card summary").click();
  await page.getByRole("link", { name: "编辑 stock.yaml" }).click();
  const area = page.getByLabel("内容", { exact: true });
  await expect(area).toHaveValue(/name: stock/);
  await expect(page.getByRole("list", { name: "预览" })).toContainText("3号链接还剩88件");
  await area.fill(script("一共有").replace("needs: [product, stock]", "needs: [produkt]"));
  await expect(page.getByText('unknown need "produkt"')).toBeVisible();
  await expect(page.getByRole("button", { name: "保存" })).toBeDisabled();
  await page.getByRole("button", { name: "行 5" }).click();
  await expect(area).toBeFocused();
  await shot(page, "script-problems");
  await write(page, script("一共有"), "3号链接一共有88件哦");
  expect(await asked("甲", "3号链接还剩多少件")).toContain("3号链接一共有88件哦");

  await write(page, script("现货"), "现货88件");
  expect(await asked("乙", "3号链接还剩多少件")).toContain("现货88件哦");
  const versions = page.locator(".card", { hasText: "版本" }).locator("ol li");
  await expect(versions).toHaveCount(2);
  await versions.nth(1).getByRole("button", { name: "对比" }).click();
  await expect(page.locator(".diff .old")).toContainText("一共有");
  await expect(page.locator(".diff .new")).toContainText("现货");
  await shot(page, "script");
  await sure(versions.nth(1), "恢复此版本");
  await expect(versions).toHaveCount(3);
  expect(await asked("丙", "3号链接还剩多少件")).toContain("一共有88件哦");
  await page.getByRole("link", { name: "返回列表" }).click();
  await page.getByLabel("搜索").fill("stock.yaml");
  const stock = page.locator("details.card summary", { hasText: "库存现货" }); // restock.yaml is found too
  await expect(stock).toContainText("使用次数 3");
});

test("library: the second of two editors of a script is told", async ({ page, context }) => {
  await enter(page, at.node, "scripts/stock.yaml");
  const area = page.getByLabel("内容", { exact: true });
  await expect(area).toHaveValue(/一共有/);
  const other = await context.newPage();
  await other.goto(`${at.node.admin}/console/scripts/stock.yaml`);
  await write(other, script("店里还有"), "店里还有88件");
  await area.fill(script("我说有"));
  await expect(page.getByRole("list", { name: "预览" })).toContainText("我说有88件");
  await page.getByRole("button", { name: "保存" }).click();
  await expect(page.getByText("别人先保存了")).toBeVisible();
  await expect(page.locator(".asked .diff .old")).toContainText("店里还有");
  await shot(page, "script-conflict");
  await page.getByRole("button", { name: "以我的内容覆盖" }).click();
  await expect(page.getByText("已保存并生效")).toBeVisible();
  expect(await asked("丁", "3号链接还剩多少件")).toContain("我说有88件哦");
});

test("library: knowledge is edited, and what is asked most is seen by the hour", async ({ page }) => {
  await enter(page, at.node, "knowledge");
  await expect(page.getByRole("table", { name: "热门问题（按小时）" })).toContainText("库存现货");
  await shot(page, "knowledge");
  await page.getByRole("table", { name: "知识库" }).getByRole("link").first().click();
  const answer = page.getByLabel("答案");
  await expect(answer).not.toHaveValue("");
  const question = await page.getByLabel("问题", { exact: true }).inputValue();
  const preview = page.getByRole("list", { name: "预览" });
  await expect(preview).toContainText("由本条目回答");
  await answer.fill("这是全网最低价");
  await expect(page.locator(".card", { hasText: "预览" })).toContainText("全网最低");
  await expect(preview.getByRole("listitem")).toHaveCount(0);
  await page.getByRole("button", { name: "保存" }).click();
  await expect(page.getByRole("alert")).toContainText("全网最低");
  await answer.fill("亲，这是刚改过的答案～");
  await expect(page.getByText("检查通过")).toBeVisible();
  await expect(preview.getByRole("listitem").first()).toContainText("↳ 亲，这是刚改过的答案～");
  await expect(page.locator(".card", { hasText: "预览" })).toContainText(/数据时间 .*在线人数 1,234 · .*库存 88/);
  await page.getByLabel("试问一句").fill("主播今天真好看");
  await expect(preview.getByRole("listitem").first()).toContainText("由话术回答");
  await page.getByRole("button", { name: "保存" }).click();
  await expect(page.getByRole("button", { name: "恢复此版本" })).toBeVisible();
  expect(await asked("戊", question)).toContain("刚改过的答案");
  await page.getByRole("button", { name: "对比", exact: true }).click();
  await expect(page.locator(".diff .new")).toContainText("刚改过的答案");
  await shot(page, "entry");
  await sure(page, "恢复此版本");
  await expect(answer).not.toHaveValue("亲，这是刚改过的答案～");
  expect(await asked("己", question)).not.toContain("刚改过的答案");
});

test("library: ten lines are labelled without touching the mouse", async ({ page }) => {
  const lines = Array.from({ length: 12 }, (_, i) => `${"嗡嘛呢叭咪吽锟斤拷烫屯葺".slice(i)}${i}喵喵`);
  for (const [i, text] of lines.entries()) {
    const id = at.talker.say("comment", `含糊${i}`, text);
    await at.talker.hear((t) => t.to === id && t.type !== "ack");
  }
  await enter(page, at.node, "labelling");
  const wanted = page.locator(".wanted");
  const place = page.locator("main .card h2");
  await expect(wanted).toBeVisible();
  await expect(page.getByText(/待标注/)).toContainText(/待标注 [1-9]/);
  await page.keyboard.press("/");
  await page.keyboard.type("库存");
  await page.keyboard.press("Enter");
  await page.keyboard.press("q");
  await page.keyboard.press("s");
  await expect(page.getByRole("button", { name: "库存现货" }).last()).toHaveAttribute("aria-pressed", "true");
  await shot(page, "labelling");
  const first = (await wanted.textContent())?.trim() ?? "";
  await page.keyboard.press("Enter");
  await expect(place).toContainText("2 / ");
  const labels = () =>
    page.evaluate(async () => (await (await fetch("/v1/labels/export")).text()).split("\n").length - 2);
  expect(await labels()).toBe(1);
  await page.keyboard.press("Backspace");
  await expect(place).toContainText("1 / ");
  await expect(page.getByText("本次已标注").locator("b")).toHaveText("0");
  expect(await labels()).toBe(0);
  await expect(wanted).toContainText(first);
  await page.keyboard.press("Enter");
  await expect(place).toContainText("2 / ");
  await page.keyboard.press("ArrowRight");
  await labelByKeys(page, 3, 9);
  await expect(page.getByText("本次已标注").locator("b")).toHaveText("10");
  const exported = await page.evaluate(async () => (await fetch("/v1/labels/export")).text());
  expect(exported.split("\n")[0]).toBe("text\tintent\temotion\tsentiment\tpersona");
  expect(exported.split("\n").filter((l) => l.includes("\tchatter\t"))).toHaveLength(9);
  expect(exported).toMatch(/\tstock\tcalm\tneutral\t/);
});
