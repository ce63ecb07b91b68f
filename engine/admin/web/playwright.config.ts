import { existsSync } from "node:fs";
import { defineConfig } from "@playwright/test";

// The browser is the system's own: nothing is downloaded. CHROMIUM names another.
const chromium = process.env.CHROMIUM ?? ["/usr/bin/chromium", "/usr/bin/chromium-browser"].find((p) => existsSync(p));

export default defineConfig({
  testDir: "e2e",
  outputDir: "artefacts/results",
  // The files share nothing: each has an engine of its own. What measures the page wants the machine for itself.
  workers: process.env.LIVEROOM_STRICT ? 1 : 2,
  timeout: 120_000,
  expect: { timeout: 30_000 }, // a machine may be slow and busy
  reporter: [["list"]],
  use: {
    viewport: { width: 1280, height: 800 },
    locale: "zh-CN",
    launchOptions: { ...(chromium ? { executablePath: chromium } : {}), args: ["--no-sandbox", "--disable-gpu"] },
  },
});
