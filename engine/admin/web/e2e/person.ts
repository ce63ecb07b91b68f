import { expect, type Page } from "@playwright/test";
import type { Node } from "./node";

/** The password that the admin chooses at the first sign-in. */
export const own = "Kuaile-Zhibo-2026!";

async function fill(page: Page, node: Node, path: string, password: string): Promise<void> {
  await page.goto(`${node.admin}/console/${path}`);
  await page.getByLabel("账号").fill("admin");
  await page.getByLabel("密码").fill(password);
  await page.getByRole("button", { name: "登录" }).click();
}

/** begin signs the admin in for the first time, which wants a password of one's own. */
export async function begin(page: Page, node: Node): Promise<void> {
  await fill(page, node, "", node.password);
  await choose(page, node);
}

/** choose answers the question for a password of one's own. */
export async function choose(page: Page, node: Node): Promise<void> {
  await page.getByLabel("一次性密码").fill(node.password);
  await page.getByLabel("新密码").fill(own);
  await page.getByLabel("再输一次").fill(own);
  await page.getByRole("button", { name: "保存" }).click();
  await expect(page.getByRole("heading", { name: "总览" })).toBeVisible();
}

/** enter signs the admin in at a place of the page. */
export async function enter(page: Page, node: Node, path = ""): Promise<void> {
  await fill(page, node, path, own);
  await expect(page.getByRole("button", { name: "退出" })).toBeVisible();
}

/**
 * complaints gathers what a page logs as an error, but for what holds one of the words expected. Asking who is signed in is
 * answered 401 when nobody is, and so is a stream whose session is over; the browser tells the second by words of its own.
 */
export function complaints(page: Page, ...expected: string[]): string[] {
  const wrong: string[] = [];
  const words = ["401", "no valid credentials", ...expected];
  page.on("console", (m) => {
    if (m.type() === "error" && !words.some((w) => m.text().includes(w)))
      wrong.push(`${m.text()} (${m.location().url})`);
  });
  page.on("pageerror", (e) => wrong.push(String(e)));
  return wrong;
}
