import { mkdirSync, writeFileSync } from "node:fs";
import { expect, type Page, test } from "@playwright/test";
import { type Node, start, Talker } from "./node";
import { begin, complaints, enter } from "./person";
import { plainPNG } from "./png";
import { Show } from "./show";

// The pictures that the README shows. Every run takes them, into artefacts, after a few seconds of a lively room; npm run
// pictures waits until charts are full, and writes those that are committed.

const committed = Boolean(process.env.PICTURES);
const folder = committed ? "pictures" : "artefacts/pictures";
const heaviest = 150_000;

let node: Node;
let talker: Talker;
let show: Show;
let wrong: string[];

test.describe.configure({ mode: "serial" });

test.beforeAll(async () => {
  mkdirSync(folder, { recursive: true });
  node = await start();
  talker = await Talker.open(node);
  show = new Show(talker, 6);
});

test.afterAll(async () => {
  show?.close();
  talker?.close();
  await node?.stop();
});

test.beforeEach(({ page }) => {
  wrong = complaints(page);
});

test.afterEach(() => expect(wrong).toEqual([]));

const theme = (page: Page, name: "light" | "dark") => page.getByLabel("主题").selectOption(name);

/** picture takes what the window shows, once nothing is wider than it. */
async function picture(page: Page, name: string): Promise<void> {
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  expect(wide, name).toBeLessThanOrEqual(0);
  await page.mouse.move(0, 0);
  const png = plainPNG(await page.screenshot({ animations: "disabled", caret: "hide" }));
  writeFileSync(`${folder}/${name}.png`, png);
  expect(png.length, `bytes of ${name}.png`).toBeLessThanOrEqual(heaviest);
}

test("pictures: the overview", async ({ page }) => {
  await page.setViewportSize({ width: 1280, height: 900 });
  await begin(page, node);
  await theme(page, "light");
  await expect(page.getByText("已回复").locator("b")).toContainText(/[1-9]/);
  await expect(page.getByRole("figure").first()).toBeVisible();
  if (committed) await page.waitForTimeout(60_000); // the charts are of what this page has seen
  await picture(page, "overview");
});

test("pictures: a live room, in the dark", async ({ page }) => {
  await page.setViewportSize({ width: 1280, height: 720 });
  await enter(page, node, "rooms/demo");
  await theme(page, "dark");
  await expect.poll(() => page.locator(".lines li").count(), { timeout: 60_000 }).toBeGreaterThan(committed ? 60 : 10);
  await expect(page.getByRole("figure", { name: "情感占比走势" })).toBeVisible();
  await picture(page, "room");
});

test("pictures: a dialogue, and why a reply was given", async ({ page }) => {
  await page.setViewportSize({ width: 1280, height: 820 });
  const hear = (user: string, text: string) => {
    const id = talker.say("message", user, text);
    return talker.hear((t) => t.to === id && t.type !== "ack");
  };
  await hear("阿珍", "包邮吗");
  await enter(page, node, "rooms/demo/users/阿珍");
  await theme(page, "light");
  await expect(page.locator(".chat")).toContainText("包邮吗");
  await page.waitForTimeout(1500); // what is said from now on is followed through every stage
  for (const [text, intent] of [
    ["我手机号13812345678，多久能发货", "发货时间"],
    ["3号链接还剩多少件", "库存现货"],
    ["那个是什么材质", "成分材质"],
  ] as const) {
    await hear("阿珍", text);
    // A picture of a wrong answer is none: each question is read as what it asks.
    await expect(page.locator(".chat li").last()).toContainText(intent);
  }
  await expect(page.locator(".chat li").nth(1)).toContainText("发");
  await expect(page.locator(".chat li").nth(2)).toContainText(/还剩\d+件|\d+件/);
  await page.getByRole("button", { name: "为什么这样回复" }).nth(2).click();
  await expect(page.locator("meter").first()).toBeVisible();
  await picture(page, "dialogue");
});

test("pictures: actors, in the dark", async ({ page }) => {
  await enter(page, node, "actors");
  await theme(page, "dark");
  await expect(page.getByRole("table", { name: "Actor", exact: true }).locator("tbody tr").nth(5)).toBeVisible();
  await page.getByRole("button", { name: "直播间 demo" }).click();
  await page.waitForTimeout(3000); // rates want two samples
  await picture(page, "actors");
});
