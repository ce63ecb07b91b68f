import { expect, test } from "vitest";
import { words } from "./words";
import { libraryWords } from "./words_library";
import { reservationWords } from "./words_reservations";

test("no word is said twice in different ways", () => {
  const all = words as Record<string, readonly string[]>;
  for (const [key, word] of Object.entries({ ...libraryWords, ...reservationWords })) expect(all[key], key).toBe(word);
});
