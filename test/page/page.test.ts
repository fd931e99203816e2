import { readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { gzipSync } from "node:zlib";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { MAIN, TOKEN } from "../protocol/fixture.ts";
import { buildPage, findChromium, openBrowser } from "./browser.ts";
import { startPageHouse } from "./house.ts";
import type { PageHouse } from "./house.ts";

const chromium = findChromium(process.env);
if (chromium === null) {
  console.error("\n!!! NO CHROMIUM WAS FOUND: THE TESTS OF THE PAGE ARE SKIPPED. Install chromium, or name one with CHROMIUM_PATH. !!!\n");
}
const skip = chromium === null ? "no Chromium on this machine" : false;
const SIZE_LIMIT = 60_000;

const shop: { browser?: Browser; uiDir?: string } = {};

before(async () => {
  if (chromium === null) return;
  shop.uiDir = await buildPage();
  shop.browser = await openBrowser(chromium);
});

after(async () => {
  await shop.browser?.close();
  if (shop.uiDir !== undefined) await rm(shop.uiDir, { recursive: true, force: true });
});

interface Visit {
  readonly page: Page;
  readonly house: PageHouse;
  /** What the browser complained about: errors, and violations of the content security policy. */
  readonly complaints: string[];
}

interface VisitOptions {
  readonly hash?: string;
  readonly context?: BrowserContextOptions;
  prepare?(house: PageHouse): void;
}

async function visit(options: VisitOptions, act: (visit: Visit) => Promise<void>): Promise<void> {
  const { browser, uiDir } = shop;
  assert.ok(browser && uiDir);
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

const box = (page: Page) => page.getByLabel("Message", { exact: true });
const posts = (page: Page) => page.locator(".post");
const post = (page: Page, text: string) => posts(page).filter({ hasText: text });

async function say(page: Page, text: string): Promise<void> {
  await box(page).fill(text);
  await box(page).press("Enter");
}

async function open(page: Page): Promise<void> {
  await page.locator(".sidebar .connection[data-state=open]").waitFor({ state: "attached" });
}

const WAIT_MS = 10_000;
const LOOK_MS = 10;

/** Looks again until it is so. From outside: the page's own policy forbids to evaluate text inside of it again and again. */
async function until(what: string, isSo: () => Promise<boolean>): Promise<void> {
  for (const deadline = Date.now() + WAIT_MS; !(await isSo()); await new Promise((resolve) => setTimeout(resolve, LOOK_MS))) {
    if (Date.now() > deadline) assert.fail(`gave up waiting until ${what}`);
  }
}

function counts(page: Page, selector: string, count: number): Promise<void> {
  return until(`there are ${count} of ${selector}`, async () => (await page.locator(selector).count()) === count);
}

test("the token of the address is used, removed from the address bar, and remembered for the next visit", { skip }, async () => {
  await visit({}, async ({ page, house, complaints }) => {
    await open(page);
    assert.equal(page.url(), `${house.url}/`);
    await page.reload();
    await open(page);
    assert.deepEqual(complaints, []);
  });
});

test("a missing or wrong token asks for it and says which; the right one opens the page", { skip }, async () => {
  await visit({ hash: "" }, async ({ page }) => {
    await page.getByRole("heading", { name: "This gateway is locked" }).waitFor();
    assert.equal(await page.getByRole("alert").count(), 0);
    await page.getByLabel("Token").fill("not-it");
    await page.getByLabel("Token").press("Enter");
    await page.getByText("That token is not right.").waitFor();
    await page.getByLabel("Token").fill(TOKEN);
    await page.getByRole("button", { name: "Come in" }).click();
    await open(page);
  });
});

test("a sent message is there at once, and its answer grows until it is complete; each is shown once", { skip }, async () => {
  await visit({}, async ({ page, house, complaints }) => {
    const { promise: asked, resolve } = Promise.withResolvers<{ grow(text: string): void; finish(text: string): void }>();
    house.answer = resolve;
    await page.getByText("Say something here.").waitFor();
    await say(page, "What is a ground bass?");
    await post(page, "What is a ground bass?").waitFor();
    const run = await asked;
    run.grow("A bass line that");
    await post(page, "A bass line that").waitFor();
    run.grow("A bass line that **repeats**");
    await page.locator(".post strong", { hasText: "repeats" }).waitFor();
    run.finish("A bass line that **repeats** all the time.");
    await post(page, "all the time.").waitFor();
    await page.locator("[aria-live=polite]", { hasText: "all the time." }).waitFor({ state: "attached" });
    await counts(page, ".stop", 0);
    assert.equal(await posts(page).count(), 2);
    assert.equal(await box(page).inputValue(), "");
    assert.deepEqual(house.sent, ["What is a ground bass?"]);
    assert.deepEqual(complaints, []);
  });
});

const HOSTILE = [
  "<script>window.stolen = 1</script>",
  '<img src="x" onerror="window.stolen = 2">',
  "[click me](javascript:window.stolen=3)",
  "![pixel](https://tracker.example/pixel.png)",
  '<a href="https://fine.example" onclick="window.stolen = 4">fine</a>',
  "[out](https://fine.example/page)",
  '<svg><animate onbegin="window.stolen = 5"></animate></svg>',
  '```html"><img src=x onerror=window.stolen=6>\ncode\n```',
].join("\n\n");

test("markup and scripts in a reply do nothing: they are shown as they were written", { skip }, async () => {
  const prepare = (house: PageHouse): void => {
    house.store("user", '<img src="x" onerror="window.stolen = 7">');
    house.store("assistant", HOSTILE);
  };
  await visit({ prepare }, async ({ page, house, complaints }) => {
    const requests: string[] = [];
    page.on("request", (request) => void (request.url().startsWith(house.url) || requests.push(request.url())));
    await page.locator(".prose").waitFor();
    await page.getByText("click me").click();
    assert.equal(await page.evaluate("window.stolen"), undefined);
    assert.equal(await page.locator(".thread :is(script, img, svg:not(.icon), iframe)").count(), 0);
    assert.equal(await page.locator('.thread [href^="javascript"], .thread [onclick]').count(), 0);
    const link = page.locator(".prose a", { hasText: "out" });
    assert.deepEqual([await link.getAttribute("target"), await link.getAttribute("rel")], ["_blank", "noopener noreferrer nofollow"]);
    assert.equal(await page.locator(".prose a", { hasText: "pixel" }).getAttribute("href"), "https://tracker.example/pixel.png");
    assert.deepEqual([requests, complaints], [[], []]);
  });
});

test("every message carries the badge of its channel", { skip }, async () => {
  const prepare = (house: PageHouse): void => {
    for (const channel of ["webchat", "terminal", "telegram"]) house.store("user", `from ${channel}`, { channel, senderName: "Ann" });
  };
  await visit({ prepare }, async ({ page }) => {
    await posts(page).nth(2).waitFor();
    assert.deepEqual(await page.locator(".post .badge").allInnerTexts(), ["webchat", "terminal", "Telegram"]);
    const colours = await page.locator(".post .badge").evaluateAll((badges) => badges.map((badge) => badge.computedStyleMap().get("color")?.toString()));
    assert.equal(new Set(colours).size, 3);
  });
});

test("a Telegram message appears while it happens, with sender and badge, and so does its answer; nothing twice", { skip }, async () => {
  await visit({}, async ({ page, house }) => {
    await open(page);
    await page.getByText("Say something here.").waitFor();
    const run = house.begin("tg-1", "I land at 9:40", { channel: "telegram", senderName: "Ann" });
    await post(page, "I land at 9:40").waitFor();
    assert.equal(await post(page, "I land at 9:40").locator(".badge").innerText(), "Telegram");
    await post(page, "I land at 9:40").getByText("Ann").waitFor();
    run.grow("I will re");
    await post(page, "I will re").waitFor();
    run.finish("I will remember 9:40.");
    await post(page, "I will remember").waitFor();
    await counts(page, ".stop", 0);
    assert.equal(await posts(page).count(), 2);
    assert.deepEqual(await page.locator(".post .badge").allInnerTexts(), ["Telegram", "Telegram"]);
  });
});

test("Stop aborts the run and what was said stays, marked as stopped", { skip }, async () => {
  await visit({}, async ({ page, house }) => {
    house.answer = (run) => run.grow("I begin");
    await open(page);
    await say(page, "Count to a million");
    await post(page, "I begin").waitFor();
    await page.getByRole("button", { name: "Stop" }).click();
    await post(page, "I begin").getByText("stopped").waitFor();
    await counts(page, ".stop", 0);
    assert.deepEqual(house.aborted, [MAIN]);
  });
});

test("after a lost connection the page comes back by itself; what happened meanwhile is there, nothing is twice", { skip }, async () => {
  const prepare = (house: PageHouse): void => house.store("user", "before");
  await visit({ prepare }, async ({ page, house }) => {
    await post(page, "before").waitFor();
    house.running.gateway.updateSettings({ auth: { mode: "token", token: "other", password: null }, allowedOrigins: [] });
    house.store("user", "meanwhile", { channel: "telegram" });
    house.running.gateway.updateSettings({ auth: { mode: "token", token: TOKEN, password: null }, allowedOrigins: [] });
    await post(page, "meanwhile").waitFor();
    await open(page);
    await say(page, "after");
    await post(page, "echo: after").waitFor();
    assert.deepEqual(await page.locator(".post-body").allInnerTexts(), ["before", "meanwhile", "after", "echo: after"]);
  });
});

test("a message written without a connection waits and is sent once the gateway is back", { skip }, async () => {
  await visit({}, async ({ page, house }) => {
    await open(page);
    await page.context().setOffline(true);
    const gate = Promise.withResolvers<void>();
    await page.routeWebSocket(/.*/, async (route) => {
      await gate.promise;
      route.connectToServer();
    });
    house.running.gateway.updateSettings({ auth: { mode: "token", token: "other", password: null }, allowedOrigins: [] });
    house.running.gateway.updateSettings({ auth: { mode: "token", token: TOKEN, password: null }, allowedOrigins: [] });
    await page.locator(".sidebar .connection:not([data-state=open])").waitFor();
    await say(page, "patience");
    await page.getByText("Will be sent when the connection is back").waitFor();
    await page.context().setOffline(false);
    gate.resolve();
    await post(page, "echo: patience").waitFor();
    assert.deepEqual(house.sent, ["patience"]);
    assert.equal(await posts(page).count(), 2);
  });
});

test("a refused message stays with its reason and is tried again under the same key", { skip }, async () => {
  await visit({}, async ({ page, house }) => {
    house.beforeSend = () => {
      house.beforeSend = () => {};
      throw new Error("disk full");
    };
    await open(page);
    await say(page, "keep me");
    await page.getByText("Not sent").waitFor();
    await page.getByRole("button", { name: "Try again" }).click();
    await post(page, "echo: keep me").waitFor();
    await counts(page, ".post", 2);
    assert.deepEqual(house.sent, ["keep me"]);
  });
});

test("a failed run says why, after the message that it belongs to", { skip }, async () => {
  await visit({}, async ({ page, house }) => {
    house.answer = (run) => run.fail("The model is not known. Set agents.defaults.model.");
    await open(page);
    await say(page, "hello?");
    await page.locator(".note.failure", { hasText: "The model is not known." }).waitFor();
    await counts(page, ".stop", 0);
    assert.deepEqual(await page.locator(".post-body, .note").allInnerTexts(), ["hello?", "The model is not known. Set agents.defaults.model."]);
  });
});

test("a new conversation clears the view; the earlier one can be read and resumed", { skip }, async () => {
  const prepare = (house: PageHouse): void => house.store("user", "the old talk");
  await visit({ prepare }, async ({ page }) => {
    await post(page, "the old talk").waitFor();
    await page.getByRole("button", { name: "New conversation" }).click();
    await page.locator(".note", { hasText: "New session started." }).waitFor();
    await counts(page, ".post", 0);
    await page.getByRole("button", { name: "Earlier conversations" }).click();
    const old = page.getByRole("dialog").locator("li", { hasText: "the old talk" });
    await old.getByRole("button", { name: "Read" }).click();
    await post(page, "the old talk").waitFor();
    assert.equal(await box(page).count(), 0);
    await page.getByRole("button", { name: "Resume it" }).click();
    await post(page, "the old talk").waitFor();
    await box(page).waitFor();
  });
});

test("the list of sessions is named for people, live, and shown a page at a time", { skip }, async () => {
  const prepare = (house: PageHouse): void => {
    house.row({ key: "agent:main:telegram:dm:42", displayName: "Ann", channel: "telegram", lastChannel: "telegram", totalTokens: 50_000, contextTokens: 200_000, updatedAt: 1 });
    for (let n = 0; n < 40; n++) house.row({ key: `agent:main:slack:group:room${n}`, channel: "slack", updatedAt: 1_000 + n });
  };
  await visit({ prepare }, async ({ page, house }) => {
    await counts(page, ".session", 30);
    await page.getByRole("button", { name: "Show more" }).click();
    await counts(page, ".session", 42);
    const ann = page.locator(".session", { hasText: "Ann" });
    assert.equal(await ann.locator(".badge").innerText(), "Telegram");
    assert.match((await ann.getByRole("img").getAttribute("aria-label")) ?? "", /^50k of 200k tokens of context used$/i);
    house.changed("agent:main:telegram:dm:42", { displayName: "Ann Other" });
    await page.locator(".session").first().getByText("Ann Other").waitFor();
    await page.locator(".session").first().getByRole("img", { name: "new" }).waitFor();
    assert.equal(await page.locator(".session[aria-current]").innerText().then((text) => text.split("\n")[0]), "Main");
  });
});

test("a long transcript opens at its end, loads what is earlier, and stays where the reader is", { skip }, async () => {
  const prepare = (house: PageHouse): void => {
    for (let n = 1; n <= 500; n++) house.store(n % 2 === 1 ? "user" : "assistant", `message number ${n}`);
  };
  await visit({ prepare }, async ({ page, house }) => {
    await post(page, "message number 500").waitFor();
    const gap = (): Promise<number> => page.locator(".scroller").evaluate((box) => box.scrollHeight - box.scrollTop - box.clientHeight);
    await until("the end is shown", async () => (await gap()) < 2);
    for (const shown of [180, 280, 380, 480, 500]) {
      await page.getByRole("button", { name: "Load earlier messages" }).click();
      await counts(page, ".post", shown);
    }
    assert.equal(await page.getByRole("button", { name: "Load earlier messages" }).count(), 0);
    await page.locator(".scroller").evaluate((box) => (box.scrollTop = 0));
    await page.getByRole("button", { name: "Latest" }).waitFor();
    house.begin("tg-2", "new at the end", { channel: "telegram" }).finish("noted");
    await post(page, "noted").waitFor({ state: "attached" });
    assert.ok((await gap()) > 1_000, "the reader was moved");
    await page.getByRole("button", { name: "Latest" }).click();
    await until("the end is shown", async () => (await gap()) < 2);
  });
});

test("Enter sends, Shift+Enter breaks the line, and Enter that chooses a word of an input method sends nothing", { skip }, async () => {
  await visit({}, async ({ page, house }) => {
    await open(page);
    await box(page).fill("one");
    await box(page).press("Shift+Enter");
    await box(page).pressSequentially("two");
    await box(page).dispatchEvent("keydown", { key: "Enter", isComposing: true, bubbles: true, cancelable: true });
    assert.deepEqual(house.sent, []);
    await box(page).press("Enter");
    await post(page, "echo: one").waitFor();
    assert.deepEqual(house.sent, ["one\ntwo"]);
  });
});

test("everything can be reached by keyboard alone", { skip }, async () => {
  const prepare = (house: PageHouse): void => {
    house.row({ key: "agent:main:telegram:dm:42", displayName: "Ann", channel: "telegram", updatedAt: 5 });
    house.store("user", "hello from Ann", { key: "agent:main:telegram:dm:42", channel: "telegram" });
  };
  await visit({ prepare }, async ({ page, house }) => {
    await open(page);
    const reach = async (name: string): Promise<void> => {
      for (let presses = 0; presses < 40; presses++) {
        await page.keyboard.press("Tab");
        const label = await page.evaluate("(at => at === document.body ? '' : at.getAttribute('aria-label') || at.id || at.textContent)(document.activeElement)");
        if (String(label).includes(name)) return;
      }
      assert.fail(`${name} is not reached with Tab`);
    };
    await page.evaluate("document.activeElement?.blur()");
    await reach("Skip to the message box");
    await page.keyboard.press("Enter");
    await page.keyboard.type("by keyboard");
    await page.keyboard.press("Enter");
    await post(page, "echo: by keyboard").waitFor();
    await reach("Ann");
    await page.keyboard.press("Enter");
    await post(page, "hello from Ann").waitFor();
    await page.getByRole("heading", { name: "Ann · Telegram" }).waitFor();
    await reach("Earlier conversations");
    await page.keyboard.press("Enter");
    await page.getByRole("dialog").waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });
    assert.deepEqual(house.sent, ["by keyboard"]);
  });
});

test("on a phone nothing scrolls sideways, and the sessions are in a drawer that Escape closes", { skip }, async () => {
  const prepare = (house: PageHouse): void => {
    house.store("user", `a-word-without-an-end-${"x".repeat(300)}`);
    house.store("assistant", `\`\`\`\n${"wide ".repeat(80)}\n\`\`\`\n\n| a | b |\n|---|---|\n| ${"cell ".repeat(40)} | ${"y".repeat(90)} |`);
  };
  await visit({ prepare, context: { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true } }, async ({ page }) => {
    await page.locator(".prose table").waitFor();
    const width = (): Promise<unknown> => page.evaluate("Math.max(document.documentElement.scrollWidth, document.querySelector('.scroller').scrollWidth)");
    assert.ok(Number(await width()) <= 360);
    assert.equal(await page.locator(".sidebar").isVisible(), false);
    await page.getByRole("button", { name: "Show conversations" }).click();
    await page.locator(".sidebar").getByText("Main").waitFor();
    await page.keyboard.press("Escape");
    await page.locator(".sidebar").waitFor({ state: "hidden" });
    await until("the focus is back", async () => (await page.evaluate("document.activeElement.getAttribute('aria-label')")) === "Show conversations");
    assert.ok(Number(await width()) <= 360);
  });
});

test("dark follows the system, and the toggle overrules it and is remembered", { skip }, async () => {
  await visit({ context: { colorScheme: "dark" } }, async ({ page }) => {
    await open(page);
    const lightness = (): Promise<unknown> => page.evaluate("Number(/oklch\\(([\\d.]+)/.exec(getComputedStyle(document.body).backgroundColor)?.[1])");
    assert.ok(Number(await lightness()) < 0.3);
    await page.getByRole("radio", { name: "Light" }).check({ force: true });
    assert.ok(Number(await lightness()) > 0.9);
    await page.reload();
    await open(page);
    assert.ok(Number(await lightness()) > 0.9);
  });
});

test("the page speaks Chinese to a Chinese browser, and the other language on demand", { skip }, async () => {
  await visit({ context: { locale: "zh-CN" } }, async ({ page }) => {
    await page.getByText("在这里说，到别处问。").waitFor();
    assert.equal(await page.evaluate("document.documentElement.lang"), "zh-CN");
    await page.getByRole("button", { name: "Switch to English" }).click();
    await page.getByText("Say something here.").waitFor();
  });
});

test("the whole page is at most 60 kB on the wire", { skip }, async () => {
  const { uiDir } = shop;
  assert.ok(uiDir);
  const names = await readdir(uiDir, { recursive: true, withFileTypes: true });
  const files = names.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const sizes = await Promise.all(files.map(async (file) => gzipSync(await readFile(file)).length));
  const total = sizes.reduce((sum, size) => sum + size, 0);
  assert.ok(total <= SIZE_LIMIT, `${total} bytes`);
});
