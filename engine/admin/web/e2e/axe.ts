import { AxeBuilder } from "@axe-core/playwright";
import type { Page } from "@playwright/test";

/** faults are what axe-core finds on the page as it stands that is serious or critical, each with the places. */
export async function faults(page: Page): Promise<string[]> {
  // Legacy mode does without a page of its own for what frames tell: there are none here.
  const found = await new AxeBuilder({ page }).setLegacyMode().analyze();
  return found.violations
    .filter((v) => v.impact === "serious" || v.impact === "critical")
    .map((v) => {
      const places = v.nodes.slice(0, 5).map((n) => `\n  ${n.target.join(" ")}: ${n.failureSummary ?? ""}`);
      return `${v.id} (${v.impact}): ${v.help}${places.join("")}`;
    });
}
