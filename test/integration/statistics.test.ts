import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import type { AxeResults } from "axe-core";
import type { Browser, BrowserContext, Locator, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { until } from "../../lab/index.ts";
import { absent, browse } from "../../lab/pictures/browser.ts";
import { servers } from "../../lab/pictures/configuration.ts";
import { pages, Scene } from "../../lab/pictures/scene.ts";
import { tandemd } from "../../lab/setup/paths.ts";

const missing = existsSync(tandemd) ? absent() : "dist/tandemd is not built";
const axe = createRequire(import.meta.url).resolve("axe-core/axe.min.js");

describe.skipIf(missing !== undefined)(
  `the statistics page in Chromium (${missing === undefined ? "a pair with traffic" : `skipped: ${missing}`})`,
  () => {
    let scene: Scene;
    let browser: Browser;
    beforeAll(async () => {
      scene = new Scene();
      await scene.ready();
      browser = await browse(scene.first, scene.folder);
    });
    afterAll(async () => {
      await browser?.close();
      await scene?.close();
    });

    const open = async (url: string, options: Parameters<Browser["newContext"]>[0] = {}) => {
      const context = await browser.newContext(options);
      const page = await context.newPage();
      const complaints: string[] = [];
      page.on("console", (message) => {
        if (message.type() !== "info") complaints.push(message.text());
      });
      page.on("pageerror", (error) => complaints.push(error.message));
      await page.goto(url);
      return { context, page, complaints };
    };
    const row = (page: Page, section: string, who: string) =>
      page.locator(`[data-section="${section}"] tr[data-who="${who}"]`);
    const badge = (line: Locator, text: string) => line.locator(".badge", { hasText: text });
    const holder = (page: Page, address: string, host: string) =>
      page.locator(`[data-host="${host}"] [data-state="MASTER"]`, { hasText: address });

    it("loads nothing from elsewhere, and stays current without being loaded again", async () => {
      const asked: string[] = [];
      const context: BrowserContext = await browser.newContext();
      context.on("request", (request) => asked.push(request.url()));
      const page = await context.newPage();
      const complaints: string[] = [];
      page.on("console", (message) => complaints.push(message.text()));
      await page.goto(pages.plain);
      await badge(row(page, "web", "web-2"), "UP").waitFor();
      await page.evaluate(() => Object.assign(globalThis, { same: true }));
      scene.server(servers.web[1], false);
      await badge(row(page, "web", "web-2"), "DOWN").waitFor();
      await page.locator("#news", { hasText: "web/web-2 is DOWN" }).waitFor();
      expect(await page.title()).toBe("(1 down) Statistics of lb-a");
      scene.server(servers.web[1], true);
      await badge(row(page, "web", "web-2"), "UP").waitFor();
      // The plot has a point for each answer.
      const plot = row(page, "web", "BACKEND").locator("svg.plot path").last();
      await until(
        "it draws",
        30_000,
        async () => ((await plot.getAttribute("d")) ?? "").split("L").length > 2 || undefined,
      );
      expect(await page.evaluate(() => "same" in globalThis)).toBe(true);
      expect(asked.filter((url) => !url.startsWith(pages.plain))).toEqual([]);
      expect(asked.filter((url) => url.endsWith(";live")).length).toBeGreaterThan(1);
      expect(complaints).toEqual([]);
      await context.close();
    });

    it("shows who holds which address, and follows when that changes", async () => {
      const { context, page } = await open(pages.plain);
      await holder(page, "10.77.0.100", "lb-a").waitFor();
      await holder(page, "10.77.0.101", "10.77.0.12").waitFor();
      scene.handOver();
      await holder(page, "10.77.0.100", "10.77.0.12").waitFor();
      expect(await holder(page, "10.77.0.100", "lb-a").count()).toBe(0);
      await page.locator('[data-instance="VI_SHOP"] .badge', { hasText: "BACKUP" }).waitFor();
      await context.close();
    });

    it("is used by keyboard alone: skip, filter, pause, choose servers and give an order", async () => {
      const { context, page, complaints } = await open(pages.admin);
      const focused = () => page.evaluate("document.activeElement.id || document.activeElement.className");
      await page.keyboard.press("Tab");
      expect(await focused()).toBe("skip");
      await page.keyboard.press("Enter");
      expect(await focused()).toBe("sections");
      await page.keyboard.press("/");
      expect(await focused()).toBe("filter");
      await page.keyboard.type("web-3");
      await row(page, "web", "web-1").waitFor({ state: "hidden" });
      expect(await row(page, "web", "web-3").isVisible()).toBe(true);
      expect(await page.locator('[data-section="api"]').isVisible()).toBe(false);
      await page.keyboard.press("Tab");
      await page.keyboard.press("Space");
      await page.locator("#nothing").waitFor();
      await page.keyboard.press("Space");
      await page.keyboard.press("Tab");
      await page.keyboard.press("Space");
      expect(await page.locator("#pause").getAttribute("aria-pressed")).toBe("true");
      await page.keyboard.press("Space");
      const to = async (element: Locator) => {
        for (let tabs = 0; (await element.and(page.locator(":focus")).count()) === 0; tabs += 1) {
          expect(tabs).toBeLessThan(12);
          await page.keyboard.press("Tab");
        }
      };
      await to(row(page, "web", "web-3").locator("input"));
      await page.keyboard.press("Space");
      await to(page.locator('[data-section="web"] select'));
      await page.keyboard.type("Set state to maint");
      await page.keyboard.press("Tab");
      await page.keyboard.press("Enter");
      await badge(row(page, "web", "web-3"), "MAINT").waitFor();
      await page.locator("#news", { hasText: "Set state to maintenance: done for web-3." }).waitFor();
      await page.keyboard.press("/");
      await page.keyboard.press("Escape");
      await row(page, "web", "web-1").waitFor();
      expect(complaints).toEqual([]);
      await context.close();
    });

    it("takes orders from nowhere else", async () => {
      const { context, page } = await open(pages.plain);
      expect(await page.locator("form.orders, input[name=s]").count()).toBe(0);
      // A page of another origin in the same browser sends the same form.
      await page.goto("http://127.0.0.1:8080/");
      await page.setContent(
        `<form method="post" action="${pages.admin}"><input name="s" value="web-1"><input name="b" value="web"><input name="action" value="maint"></form>`,
      );
      const [answer] = await Promise.all([
        page.waitForResponse((response) => response.url() === pages.admin),
        page.evaluate("document.querySelector('form').submit()"),
      ]);
      expect(answer.status()).toBe(403);
      await page.waitForURL(pages.admin);
      await page.goto(pages.plain);
      await badge(row(page, "web", "web-1"), "UP").waitFor();
      await context.close();
    });

    it.each(["light", "dark"] as const)("has nothing that axe complains about (%s)", async (colorScheme) => {
      const { context, page } = await open(pages.admin, { colorScheme, bypassCSP: true });
      await page.addScriptTag({ path: axe });
      const violations = await page.evaluate(async () => {
        const { axe } = globalThis as unknown as { axe: { run(): Promise<AxeResults> } };
        const found = await axe.run();
        return found.violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`);
      });
      expect(violations).toEqual([]);
      await context.close();
    });
  },
);
