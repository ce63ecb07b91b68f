import { expect, test } from "vitest";
import { words } from "./words";
import { libraryWords } from "./words_library";

test("no word is said twice in different ways", () => {
  const all = words as Record<string, readonly string[]>;
  for (const [key, word] of Object.entries(libraryWords)) expect(all[key], key).toBe(word);
});
