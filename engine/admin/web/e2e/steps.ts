import { expect, type Locator, type Page, test } from "@playwright/test";
import { faults } from "./axe";
import type { Talker, Told } from "./node";
import { shot } from "./stand";

// What people of the shop do on the page, as more than one file of tests has them do it.

/** keep keeps a picture of the whole page, beside the others and with what the test tells of itself. */
export async function keep(page: Page, name: string): Promise<void> {
  await shot(page, name, true);
  await test.info().attach(name, { path: `artefacts/${name}.png`, contentType: "image/png" });
}

/** station is a place of a journey: axe-core finds nothing serious on the page as it stands, and a picture of it is kept. */
export async function station(page: Page, name: string): Promise<void> {
  expect.soft(await faults(page), name).toEqual([]);
  await keep(page, name);
}

/** sure presses a button that wants a second press, and forgets the first when the second is long in coming. */
export async function sure(where: Page | Locator, name: string): Promise<void> {
  await expect(async () => {
    const again = where.getByRole("button", { name: "再按一次确认" });
    if (!(await again.isVisible())) await where.getByRole("button", { name, exact: true }).first().click();
    await again.click({ timeout: 3000 });
  }).toPass();
}

/**
 * wearOut restarts the user's actor that is open on the page until it takes nothing more, and returns the message that it did
 * not take and how often the actor was restarted: a machine that is slow may need more than the two within the window.
 */
export async function wearOut(
  page: Page,
  link: Talker,
  user: string,
  text: string,
): Promise<{ lost: string; restarts: number }> {
  let lost = "";
  let restarts = 0;
  await expect(async () => {
    const [done] = await Promise.all([page.waitForResponse(/\/actor\/restart$/), sure(page, "重启")]);
    expect(done.ok()).toBe(true);
    restarts++;
    lost = link.say("message", user, text);
    expect((await link.answer(lost)).code).toBe("internal");
  }).toPass({ timeout: 90_000 });
  return { lost, restarts };
}

/**
 * answerAsHuman takes a dialogue over on its page, says something that its user hears over a link, and gives it back: what
 * the user says meanwhile is left to the human, and what he says after is the engine's again. taken looks at the page between.
 */
export async function answerAsHuman(
  page: Page,
  link: Talker,
  user: string,
  taken: () => Promise<unknown>,
): Promise<void> {
  await page.getByRole("button", { name: "接管" }).click();
  await expect(page.getByText("已由人工接管：admin")).toBeVisible();
  const heard = link.hear((t) => t.type === "reply" && t.by === "human");
  await page.getByLabel("输入要说的话").fill("您好，我是人工客服小李");
  await page.keyboard.press("Enter");
  expect(await heard).toMatchObject({ text: "您好，我是人工客服小李", user });
  await expect(page.locator(".chat")).toContainText("我是人工客服小李");
  expect((await link.answer(link.say("message", user, "那什么时候发货"))).reason).toBe("human_active");
  await taken();
  await page.getByRole("button", { name: "交还引擎" }).click();
  await expect(page.getByText("由引擎回复")).toBeVisible();
  expect((await link.answer(link.say("message", user, "包邮吗"))).type).toBe("reply");
}

/** script is the shop's own script about stock, with a word of its own in it. */
export const script = (word: string) => `name: stock
intents: [stock]
cases:
  - name: known
    needs: [product, stock]
    texts: ['{{.Item}}${word}{{.Stock}}件哦']
  - name: ask
    texts: ['亲，您问的是几号链接呢？']
`;

/** write puts a text that is right into the editor, and saves it once its rehearsal says what is expected. */
export async function write(page: Page, text: string, says: string | RegExp): Promise<void> {
  await page.getByLabel("内容", { exact: true }).fill(text);
  await expect(page.getByText("检查通过")).toBeVisible();
  await expect(page.getByRole("list", { name: "预览" })).toContainText(says);
  await page.getByRole("button", { name: "保存" }).click();
  await expect(page.getByText("已保存并生效")).toBeVisible();
}

/** openActor opens one user's actor from the table of actors. */
export async function openActor(page: Page, user: string): Promise<void> {
  const table = page.getByRole("table", { name: "Actor", exact: true });
  await page.getByLabel("搜索").fill(user);
  await expect(table.locator("tbody tr")).toHaveCount(1);
  await table.getByRole("button", { name: user, exact: true }).click();
  await expect(page.getByRole("heading", { name: `用户 ${user}` })).toBeVisible();
}

/** replay has a dead letter replayed, once its user's actor works again, and returns the reply that its sender hears. */
export async function replay(page: Page, link: Talker, user: string, lost: string): Promise<Told> {
  const works = async () => (await link.answer(link.say("message", user, "在吗"))).type;
  await expect.poll(works, { timeout: 60_000 }).not.toBe("error");
  const letters = page.getByRole("table", { name: "死信" });
  await page.getByLabel("查找死信").fill(lost);
  await expect(letters.locator("tbody tr")).toHaveCount(1);
  const answered = link.hear((t) => t.type === "reply" && t.to === lost);
  await sure(letters, "重放");
  await expect(letters.getByRole("button", { name: "重放", exact: true })).toHaveCount(0);
  return answered;
}

/** labelByKeys labels lines as chatter without touching the mouse, the first of them the one at a place counted from 1. */
export async function labelByKeys(page: Page, first: number, lines: number): Promise<void> {
  const place = page.locator("main .card h2");
  for (let i = first; i < first + lines; i++) {
    await expect(place).toContainText(`${i} / `);
    await page.keyboard.press("/");
    await page.keyboard.type("chatter");
    await page.keyboard.press("Enter");
    await page.keyboard.press("Enter");
  }
}
