import { absent, clock, plain } from "./format";
import { lang } from "./prefs";
import type { Slot } from "./types";
import { told, type Word, words } from "./words";

/** t returns a word of the page in the language chosen. */
export function t(word: Word): string {
  return words[word][lang.value === "zh" ? 0 : 1];
}

/** name returns what a key that comes from the engine is called, within a family of them; unknown ones are shown as they came. */
export function name(family: string, key: string): string {
  const known = told[`${family}.${key}`];
  if (known) return known[lang.value === "zh" ? 0 : 1];
  return key in words ? t(key as Word) : key;
}

const titles = new Map<string, string>();

/** learn takes in what intents are called. */
export function learn(intents: { key: string; title: string }[]): void {
  for (const i of intents) titles.set(i.key, i.title);
}

/** intents returns the keys of the taxonomy in its order. */
export function intents(): string[] {
  return [...titles.keys()];
}

/** intentName returns what an intent is called. */
export function intentName(key: string | undefined): string {
  if (!key) return "—";
  return lang.value === "zh" ? (titles.get(key) ?? key) : key;
}

/** slotText writes one thing that a dialogue keeps in mind. */
export function slotText(slot: Slot | undefined): string {
  if (!slot) return absent;
  const { value, text } = slot;
  switch (slot.name) {
    case "until":
      return clock(Number(value));
    case "topic":
      return intentName(value);
    case "kind":
      return name("open", value);
    case "complained":
      return name("complained", value);
    case "sku":
      return plain(text ? `${text} (${value})` : value);
  }
  return plain(text ?? value);
}
