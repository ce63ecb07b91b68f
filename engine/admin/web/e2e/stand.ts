import { mkdirSync } from "node:fs";
import { expect, type Page, test } from "@playwright/test";
import { type Node, start, Talker } from "./node";
import { complaints } from "./person";

/** A node of one file of tests, and who speaks in its room. */
export interface Stand {
  node: Node;
  talker: Talker;
  /** forgive forgets the errors of this test that hold one of the words, those to come too. */
  forgive(...words: string[]): void;
}

/**
 * stand has a node started before the tests of a file, which run one after the other, and stopped after them. A page may log
 * no error and break no rule of the content security policy, wherever it goes, but for those that hold one of the words
 * expected: the browser calls answers errors that the page is prepared for.
 */
export function stand(expected: string[] = [], ...args: string[]): Stand {
  let wrong: string[] = [];
  let forgiven: string[] = [];
  const s = { forgive: (...words) => void forgiven.push(...words) } as Stand;
  test.describe.configure({ mode: "serial" });
  test.beforeAll(async () => {
    mkdirSync("artefacts", { recursive: true });
    s.node = await start(...args);
    s.talker = await Talker.open(s.node);
    s.talker.send({ type: "counts", room: "demo", viewers: 1234, sold: 56, at: Date.now() });
    s.talker.send({ type: "stock", sku: "DEMO-3", available: 88, at: Date.now() });
    s.talker.send({ type: "present", room: "demo", sku: "DEMO-3", at: Date.now() });
  });
  test.afterAll(async () => {
    s.talker?.close();
    await s.node?.stop();
  });
  test.beforeEach(({ page }) => {
    wrong = complaints(page, ...expected);
    forgiven = [];
  });
  test.afterEach(() => expect(wrong.filter((w) => !forgiven.some((word) => w.includes(word)))).toEqual([]));
  return s;
}

/** shot keeps a picture of a page. */
export const shot = (page: Page, name: string, fullPage = false) =>
  page.screenshot({ path: `artefacts/${name}.png`, fullPage });
