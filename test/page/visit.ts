import assert from "node:assert/strict";
import { rm } from "node:fs/promises";
import { after, before } from "node:test";
import { isDeepStrictEqual } from "node:util";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { MAIN, TOKEN } from "../protocol/fixture.ts";
import { buildPage, findChromium, openBrowser } from "./browser.ts";
import { startPageHouse } from "./house.ts";
import type { PageHouse } from "./house.ts";

const chromium = findChromium(process.env);
if (chromium === null) {
  console.error("\n!!! NO CHROMIUM WAS FOUND: THE TESTS OF THE PAGE ARE SKIPPED. Install chromium, or name one with CHROMIUM_PATH. !!!\n");
}
export const skip = chromium === null ? "no Chromium on this machine" : false;

export interface Shop {
  readonly browser: Browser;
  readonly uiDir: string;
}

/** The freshly built page and a browser for the tests of one file; opened and closed with them. */
export interface Opened {
  visit(options: VisitOptions, act: (visit: Visit) => Promise<void>): Promise<void>;
  uiDir(): string;
  shop(): Shop;
}

export interface Visit {
  readonly page: Page;
  readonly house: PageHouse;
  /** What the browser complained about: errors, and violations of the content security policy. */
  readonly complaints: string[];
}

export interface VisitOptions {
  readonly hash?: string;
  readonly context?: BrowserContextOptions;
  prepare?(house: PageHouse): void;
}

async function visitIn({ browser, uiDir }: Shop, options: VisitOptions, act: (visit: Visit) => Promise<void>): Promise<void> {
  const house = await startPageHouse(uiDir);
  const context = await browser.newContext({ locale: "en-GB", viewport: { width: 1280, height: 800 }, ...options.context });
  try {
    house.row({ key: MAIN, lastChannel: "webchat", model: "echo-1" });
    options.prepare?.(house);
    const page = await context.newPage();
    page.setDefaultTimeout(10_000);
    const complaints: string[] = [];
    page.on("pageerror", (error) => complaints.push(error.message));
    page.on("console", (line) => void (line.type() === "error" && complaints.push(line.text())));
    await page.goto(`${house.url}/${options.hash ?? `#token=${TOKEN}`}`);
    await act({ page, house, complaints });
  } finally {
    await context.close();
    await house.close();
  }
}

export function openPage(): Opened {
  const opened: { shop?: Shop } = {};
  const shop = (): Shop => {
    assert.ok(opened.shop, "the page is not built yet");
    return opened.shop;
  };
  before(async () => {
    if (chromium !== null) opened.shop = { uiDir: await buildPage(), browser: await openBrowser(chromium) };
  });
  after(async () => {
    await opened.shop?.browser.close();
    if (opened.shop) await rm(opened.shop.uiDir, { recursive: true, force: true });
  });
  return { visit: (options, act) => visitIn(shop(), options, act), uiDir: () => shop().uiDir, shop };
}

export const box = (page: Page) => page.getByLabel("Message", { exact: true });
export const posts = (page: Page) => page.locator(".post");
export const post = (page: Page, text: string) => posts(page).filter({ hasText: text });

export async function say(page: Page, text: string): Promise<void> {
  await box(page).fill(text);
  await box(page).press("Enter");
}

export async function open(page: Page): Promise<void> {
  await page.locator(".sidebar .connection[data-state=open]").waitFor({ state: "attached" });
}

const WAIT_MS = 10_000;
const LOOK_MS = 10;

/** Looks again until it is so. From outside: the page's own policy forbids to evaluate text inside of it again and again. */
export async function until(what: string, isSo: () => Promise<boolean>): Promise<void> {
  for (const deadline = Date.now() + WAIT_MS; !(await isSo()); await new Promise((resolve) => setTimeout(resolve, LOOK_MS))) {
    if (Date.now() > deadline) assert.fail(`gave up waiting until ${what}`);
  }
}

export function counts(page: Page, selector: string, count: number): Promise<void> {
  return until(`there are ${count} of ${selector}`, async () => (await page.locator(selector).count()) === count);
}

/** The texts in that order, once they are painted: `innerText` is what layout has, which comes after the nodes do. */
export async function reads(page: Page, selector: string, texts: readonly string[]): Promise<void> {
  const found = (): Promise<string[]> => page.locator(selector).allInnerTexts();
  await until(`${selector} reads ${texts.join(", ")}`, async () => isDeepStrictEqual(await found(), texts)).catch(async () => assert.deepEqual(await found(), texts));
}
