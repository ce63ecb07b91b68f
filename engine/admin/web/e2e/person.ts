import { expect, type Page } from "@playwright/test";
import type { Node } from "./node";

/** The password that everybody chooses at the first sign-in. */
export const own = "Kuaile-Zhibo-2026!";

/** signIn fills in the form of signing in. */
export async function signIn(page: Page, name: string, password: string): Promise<void> {
  await page.getByLabel("账号").fill(name);
  await page.getByLabel("密码", { exact: true }).fill(password);
  await page.getByRole("button", { name: "登录" }).click();
}

/** choose answers the question for a password of one's own. */
export async function choose(page: Page, once: string): Promise<void> {
  await page.getByLabel("一次性密码").fill(once);
  await page.getByLabel("新密码").fill(own);
  await page.getByLabel("再输一次").fill(own);
  await page.getByRole("button", { name: "保存" }).click();
  await expect(page.getByRole("heading", { name: "总览" })).toBeVisible();
}

/** begin signs somebody in for the first time, the admin by default, which wants a password of one's own. */
export async function begin(page: Page, node: Node, name = "admin", once = node.password): Promise<void> {
  await page.goto(`${node.admin}/console/`);
  await signIn(page, name, once);
  await choose(page, once);
}

/** enter signs somebody in at a place of the page. */
export async function enter(page: Page, node: Node, path = "", name = "admin"): Promise<void> {
  await page.goto(`${node.admin}/console/${path}`);
  await signIn(page, name, own);
  await expect(page.getByRole("button", { name: "退出" })).toBeVisible();
}

/** leave signs out, and waits until the engine has been told: a page that is loaded before would still be signed in. */
export async function leave(page: Page): Promise<void> {
  await page.getByRole("button", { name: "退出" }).click();
  await expect(page.getByLabel("账号")).toBeVisible();
}

/** Answered is what the engine answered. */
export interface Answered {
  status: number;
  answer: Record<string, unknown>;
}

/** ask asks the engine with the page's session. */
export function ask(page: Page, method: string, path: string, body?: object): Promise<Answered> {
  return page.evaluate(
    async ([method, path, body]) => {
      const csrf = (await (await fetch("/v1/me")).json()).csrf;
      const got = await fetch(path as string, {
        method: method as string,
        headers: { "X-CSRF-Token": csrf, "Content-Type": "application/json" },
        ...(body ? { body: JSON.stringify(body) } : {}),
      });
      const text = await got.text();
      return { status: got.status, answer: text ? JSON.parse(text) : {} };
    },
    [method, path, body] as const,
  );
}

/** account has who is signed in make an account, and returns its one-time password. */
export async function account(page: Page, name: string, role: string): Promise<string> {
  const made = await ask(page, "POST", "/v1/users", { name, role });
  expect(made.status, JSON.stringify(made.answer)).toBeLessThan(300);
  return String(made.answer.password);
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
