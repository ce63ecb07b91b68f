import { expect, test, vi } from "vitest";

// The preferences look at the document; here there is none.
vi.stubGlobal("document", { documentElement: { dataset: {} } });

const { slotText } = await import("./i18n");
const { lang } = await import("./prefs");

test("what a dialogue keeps in mind is told in words", () => {
  const told = (slot: string, value: string, text?: string) =>
    slotText({ name: slot, value, ...(text === undefined ? {} : { text }) });
  lang.value = "zh";
  expect(told("product", "cup", "保温杯")).toBe("保温杯");
  expect(told("product", "gone")).toBe("gone");
  expect(told("sku", "DEMO-1-L-BLACK", "短袖T恤 L 黑色")).toBe("短袖T恤 L 黑色 (DEMO-1-L-BLACK)");
  expect(told("sku", "GONE-1")).toBe("GONE-1");
  expect(told("kind", "offer")).toBe("要不要预留");
  expect(told("complained", "true")).toBe("是");
  expect(told("size", "L")).toBe("L");
  expect(slotText(undefined)).toBe("—");
  lang.value = "en";
  expect(told("kind", "offer")).toBe("whether to reserve");
  expect(told("kind", "of a later version")).toBe("of a later version");
  lang.value = "zh";
});
