// The pictures of docs/statistics.md. usage: node --import tsx lab/pictures/main.ts [FOLDER]
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { repository } from "../setup/paths.ts";
import { browse } from "./browser.ts";
import { servers } from "./configuration.ts";
import { pages, Scene } from "./scene.ts";

const folder = process.argv[2] ?? join(repository, "docs/pictures");
/** So long that the plots have something to show. */
const seconds = 40;

mkdirSync(folder, { recursive: true });
const scene = new Scene();
process.once("SIGINT", () => void scene.close().finally(() => process.exit(130)));
try {
  await scene.ready();
  const browser = await browse(scene.first, scene.folder);
  const take = async (
    name: string,
    colorScheme: "light" | "dark",
    viewport: { width: number; height: number },
  ) => {
    const context = await browser.newContext({ colorScheme, viewport });
    const page = await context.newPage();
    await page.goto(pages.admin);
    return async () => page.screenshot({ path: join(folder, `${name}.png`) });
  };
  const cameras = [
    await take("statistics-light", "light", { width: 1280, height: 900 }),
    await take("statistics-dark", "dark", { width: 1280, height: 900 }),
    await take("statistics-narrow", "light", { width: 420, height: 900 }),
  ];
  scene.server(servers.web[3], false);
  console.log(`traffic for ${seconds} s`);
  await sleep(seconds * 1000);
  for (const camera of cameras) await camera();
  await browser.close();
} finally {
  await scene.close();
}
