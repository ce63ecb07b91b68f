import { effect, signal } from "@preact/signals";

export type Lang = "zh" | "en";
export type Theme = "auto" | "light" | "dark";

function kept<T extends string>(key: string, allowed: readonly T[], fallback: T): T {
  try {
    const v = localStorage.getItem(key) as T | null;
    return v !== null && allowed.includes(v) ? v : fallback;
  } catch {
    return fallback; // storage may be forbidden
  }
}

export const lang = signal<Lang>(kept("lang", ["zh", "en"], "zh"));
export const theme = signal<Theme>(kept("theme", ["auto", "light", "dark"], "auto"));

effect(() => {
  document.documentElement.lang = lang.value === "zh" ? "zh-CN" : "en";
  document.documentElement.dataset.theme = theme.value;
  try {
    localStorage.setItem("lang", lang.value);
    localStorage.setItem("theme", theme.value);
  } catch {
    // storage may be forbidden; the choice then holds until the page is left
  }
});
