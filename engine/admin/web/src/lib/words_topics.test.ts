import { expect, test } from "vitest";
import { topicTold } from "./words_topics";

const library = import.meta.glob<string>("../../../../../scripts/library/*.yaml", {
  query: "?raw",
  import: "default",
  eager: true,
});
const engine = import.meta.glob<string>("../../../../../scripts/ask.go", {
  query: "?raw",
  import: "default",
  eager: true,
});

/** The topics that the library has scripts for, and those that the engine asks for. */
function topics(): Set<string> {
  const all = new Set<string>();
  for (const text of Object.values(library))
    for (const [, list] of text.matchAll(/^\s*-?\s*topics:\s*\[([^\]]*)\]/gm))
      for (const key of (list ?? "").split(",")) all.add(key.trim());
  for (const text of Object.values(engine))
    for (const [, key] of text.matchAll(/\bTopic\s+=\s+"(\w+)"/g)) if (key) all.add(key);
  return all;
}

test("every topic has a name in both languages", () => {
  const found = topics();
  expect(found.size).toBeGreaterThan(30);
  expect(Object.keys(engine)).toHaveLength(1);
  for (const key of found) {
    const [zh, en] = topicTold[`topic.${key}`] ?? [];
    expect(zh, key).toMatch(/\p{Script=Han}/u);
    expect(en, key).toMatch(/^[\x20-\x7e]+$/);
  }
});

test("no name is of a topic that there is not", () => {
  const found = topics();
  for (const key of Object.keys(topicTold)) expect(found, key).toContain(key.slice("topic.".length));
});
