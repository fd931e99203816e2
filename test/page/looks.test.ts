import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import type { PageHouse } from "./house.ts";
import { box, counts, open, openPage, post, skip, until } from "./visit.ts";

const SIZE_LIMIT = 60_000;
const WHOLE_LIMIT = 85_000;
const { visit, uiDir } = openPage();

test("the list of sessions is named for people, live, and shown a page at a time", { skip }, async () => {
  const prepare = (house: PageHouse): void => {
    house.row({ key: "agent:main:telegram:dm:42", displayName: "Ann", channel: "telegram", lastChannel: "telegram", totalTokens: 50_000, contextTokens: 200_000, updatedAt: 1 });
    house.row({ key: "agent:main:cron:7:run:8", displayName: "Brief", channel: "terminal", lastChannel: "webchat", updatedAt: 2 });
    for (let n = 0; n < 40; n++) house.row({ key: `agent:main:slack:group:room${n}`, channel: "slack", updatedAt: 1_000 + n });
  };
  await visit({ prepare }, async ({ page, house }) => {
    await counts(page, ".session", 30);
    await page.getByRole("button", { name: "Show more" }).click();
    await counts(page, ".session", 43);
    const ann = page.locator(".session", { hasText: "Ann" });
    assert.equal(await ann.locator(".badge").innerText(), "Telegram");
    assert.equal(await page.locator(".session", { hasText: "Brief" }).locator(".badge").innerText(), "Job");
    assert.match((await ann.getByRole("img").getAttribute("aria-label")) ?? "", /^50k of 200k tokens of context used$/i);
    house.changed("agent:main:telegram:dm:42", { totalTokens: undefined, totalTokensFresh: false, messageCount: 2 });
    await ann.getByRole("img", { name: "nobody knows how many of 200k tokens of context are used" }).waitFor();
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
    const focused = (): Promise<unknown> => page.evaluate("document.activeElement.getAttribute('aria-label')");
    await until("the focus is in the drawer", async () => (await focused()) === "Close");
    await page.keyboard.press("Escape");
    await page.locator(".sidebar").waitFor({ state: "hidden" });
    await until("the focus is back", async () => (await focused()) === "Show conversations");
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

async function bytesOnTheWire(files: readonly string[]): Promise<number> {
  const sizes = await Promise.all(files.map(async (file) => gzipSync(await readFile(file)).length));
  return sizes.reduce((sum, size) => sum + size, 0);
}

test("the page opens with at most 60 kB on the wire, and is at most 85 kB with all its views", { skip }, async () => {
  const names = await readdir(uiDir(), { recursive: true, withFileTypes: true });
  const files = names.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const fetched: string[] = [];
  await visit({}, async ({ page }) => {
    await open(page);
    fetched.push(...(await page.evaluate<string[]>("performance.getEntriesByType('resource').map(({ name }) => new URL(name).pathname.split('/').pop())")));
  });
  const opening = files.filter((file) => basename(file) === "index.html" || fetched.includes(basename(file)));
  assert.ok(opening.length >= 3, "the page, its script and its style");
  const first = await bytesOnTheWire(opening);
  assert.ok(first <= SIZE_LIMIT, `${first} bytes`);
  const all = await bytesOnTheWire(files);
  assert.ok(all <= WHOLE_LIMIT, `${all} bytes`);
});
