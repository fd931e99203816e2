import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import type { Page } from "playwright-core";
import { MAIN } from "../protocol/fixture.ts";
import { startRealHouse } from "./real.ts";
import { box, counts, open, openPage, post, reads, say, skip, until } from "./visit.ts";

const { shop } = openPage();

/** Says something and waits until it stands there with its answer. */
async function tell(page: Page, text: string): Promise<void> {
  const before = await page.locator(".post[data-seq]").count();
  await say(page, text);
  await counts(page, ".post[data-seq]", before + 2);
}

async function choose(page: Page, text: string, item: string): Promise<void> {
  await post(page, text).first().hover();
  await post(page, text).first().getByRole("button", { name: "What you can do with this message" }).click();
  await page.getByRole("menuitem", { name: item }).click();
}

async function isInSight(page: Page, selector: string): Promise<boolean> {
  const [place, height] = [await page.locator(selector).boundingBox(), page.viewportSize()?.height ?? 0];
  return place !== null && place.y > 0 && place.y + place.height < height;
}

const bodies = ".post-body";

test("every step says what it did and is taken back with Undo: a new conversation, a rewind, a fork", { skip }, async (t) => {
  const house = await startRealHouse(t, shop());
  const { page } = await house.device();
  await tell(page, "one");
  await tell(page, "two");

  await page.getByRole("button", { name: "New conversation" }).click();
  await counts(page, ".post", 0);
  await page.getByRole("button", { name: "Undo" }).click();
  await reads(page, bodies, ["one", "one", "two", "two"]);

  await choose(page, "two", "Rewind to before this");
  await page.getByText("2 messages are set aside.").waitFor();
  await page.getByRole("button", { name: "Rewind", exact: true }).click();
  await reads(page, bodies, ["one", "one"]);
  assert.equal(await box(page).inputValue(), "two", "what was asked may be asked otherwise");
  await page.getByRole("button", { name: "Undo" }).click();
  await reads(page, bodies, ["one", "one", "two", "two"]);
  await box(page).fill("");

  await choose(page, "one", "Fork from here");
  await reads(page, bodies, ["one", "one"]);
  await tell(page, "in the copy");
  await page.reload();
  await open(page);
  await reads(page, bodies, ["one", "one", "in the copy", "in the copy"]);
  await page.getByRole("button", { name: "Undo" }).click();
  await reads(page, bodies, ["one", "one", "two", "two"]);
});

test("earlier conversations are listed with their reasons, read, named, and gone on with", { skip }, async (t) => {
  const house = await startRealHouse(t, shop());
  const { page } = await house.device();
  await tell(page, "the old talk");
  await say(page, "/new");
  await counts(page, ".post", 0);
  await tell(page, "the new talk");
  const list = page.getByRole("dialog");
  const old = list.locator("li", { hasText: "first message" });
  await page.getByRole("button", { name: "Earlier conversations" }).click();
  await old.getByText("2 messages").waitFor();
  await old.getByRole("button", { name: "Rename" }).click();
  await old.getByLabel("What this conversation is called").fill("Lisbon in May");
  await old.getByRole("button", { name: "Save" }).click();
  await old.getByText("Lisbon in May").waitFor();
  await old.getByRole("button", { name: "Read" }).click();
  await reads(page, bodies, ["the old talk", "the old talk"]);
  assert.equal(await box(page).count(), 0);
  await page.getByRole("button", { name: "Go on with this one" }).click();
  await box(page).waitFor();
  await page.locator(".note", { hasText: "resumed an earlier conversation" }).getByRole("button", { name: "Undo" }).click();
  await reads(page, bodies, ["the new talk", "the new talk"]);
});

test("Ctrl+K finds what was said anywhere, marks it, and leads to it, however long ago", { skip }, async (t) => {
  const house = await startRealHouse(t, shop());
  for (let n = 1; n <= 70; n++) await house.client.ask(n === 3 ? "我的自行车在教堂后面" : `remark number ${n}`);
  await house.client.ask("the bike is blue", "agent:main:dashboard:other");
  const { page } = await house.device();
  await post(page, "remark number 70").first().waitFor();
  await page.keyboard.press("Control+k");
  const field = page.getByRole("searchbox", { name: "Search in what was said" });
  await field.dispatchEvent("compositionstart");
  await field.fill("自行车");
  await field.dispatchEvent("compositionend");
  await page.locator(".hit mark", { hasText: "自行车" }).first().waitFor();
  await field.press("ArrowDown");
  await page.keyboard.press("Enter");
  await page.locator(".post.found", { hasText: "我的自行车在教堂后面" }).waitFor();
  await until("it is in sight", async () => isInSight(page, ".post.found"));
  await page.getByText("You are reading an earlier part of this conversation.").waitFor();
  await page.getByRole("button", { name: "Load later messages" }).click();
  await post(page, "remark number 70").first().waitFor();
  await page.getByRole("button", { name: "Back to the latest" }).click();
  await box(page).waitFor();

  await page.getByRole("button", { name: "Search", exact: true }).click();
  await field.fill("blue");
  await page.locator(".hit", { hasText: "the bike is blue" }).first().waitFor();
  await page.getByRole("radio", { name: "This conversation" }).check({ force: true });
  await page.getByRole("dialog").locator(".search-none", { hasText: "Nothing was found." }).waitFor();
  await page.getByRole("radio", { name: "Everywhere" }).check({ force: true });
  await page.locator(".hit", { hasText: "the bike is blue" }).first().click();
  await page.locator(".post.found", { hasText: "the bike is blue" }).waitFor();
});

test("sessions are pinned, named, filtered, archived, deleted and restored from the list", { skip }, async (t) => {
  const house = await startRealHouse(t, shop());
  await house.client.ask("hello", MAIN);
  for (const name of ["alpha", "beta", "gamma"]) await house.client.ask(`in ${name}`, `agent:main:${name}`);
  const { page } = await house.device();
  const names = ".session-name";
  await reads(page, names, ["gamma", "beta", "alpha", "Main"]);
  const act = async (name: string, item: string): Promise<void> => {
    await page.locator(".session-item", { hasText: name }).hover();
    await page.getByRole("button", { name: `What you can do with ${name}` }).click();
    await page.getByRole("menuitem", { name: item }).click();
  };
  await act("alpha", "Pin");
  await reads(page, names, ["alpha", "gamma", "beta", "Main"]);
  await page.getByRole("img", { name: "pinned" }).waitFor();
  await act("beta", "Name it…");
  await page.getByRole("textbox", { name: "What is it called?" }).fill("Lisbon");
  await page.getByRole("button", { name: "Save" }).click();
  await reads(page, names, ["alpha", "gamma", "Lisbon", "Main"]);
  await page.getByRole("searchbox", { name: "Filter conversations" }).fill("lisb");
  await reads(page, names, ["Lisbon"]);
  await page.getByRole("searchbox", { name: "Filter conversations" }).fill("");
  await reads(page, names, ["alpha", "gamma", "Lisbon", "Main"]);

  await act("Lisbon", "Archive");
  await reads(page, names, ["alpha", "gamma", "Main"]);
  await page.getByRole("button", { name: "Archived" }).click();
  await reads(page, names, ["Lisbon"]);
  await act("Lisbon", "Take out of the archive");
  await page.getByText("Nothing fits.").waitFor();
  await page.getByRole("button", { name: "Archived" }).click();
  await reads(page, names, ["alpha", "gamma", "Lisbon", "Main"]);

  await act("gamma", "Delete…");
  await page.getByRole("button", { name: "Delete", exact: true }).click();
  await reads(page, names, ["alpha", "Lisbon", "Main"]);
  await page.getByRole("button", { name: "Undo" }).click();
  await reads(page, names, ["alpha", "gamma", "Lisbon", "Main"]);
  await act("gamma", "Delete…");
  await page.getByRole("button", { name: "Delete", exact: true }).click();
  await page.getByRole("button", { name: "Trash" }).click();
  await page.getByRole("button", { name: "Restore" }).click();
  await page.getByText("The trash is empty.").waitFor();
  await page.keyboard.press("Escape");
  await reads(page, names, ["alpha", "gamma", "Lisbon", "Main"]);

  const saved = page.waitForEvent("download");
  await act("gamma", "Download as Markdown");
  const file = await saved;
  assert.equal(file.suggestedFilename(), "gamma.md");
  assert.match(await readFile(await file.path(), "utf8"), /in gamma/);
});

test("a session opens where this device stopped reading it, and says what came since and on which channel", { skip }, async (t) => {
  const house = await startRealHouse(t, shop());
  const { page } = await house.device();
  await tell(page, "read here");
  const marked = async (): Promise<boolean> => {
    const device = await page.evaluate<string>("localStorage.getItem('continuo.device')");
    const { mark } = await house.client.request<{ mark: { seq: number } | null }>("reads.since", { key: MAIN, device });
    return mark !== null && mark.seq >= Number(await page.locator(".post[data-seq]").last().getAttribute("data-seq"));
  };
  await until("what was read is told", marked);
  const token = page.url();
  await page.goto("about:blank");
  for (let n = 1; n <= 30; n++) await house.client.ask(`meanwhile ${n}\n\nand more\n\nof it`, MAIN);
  await page.goto(token);
  await open(page);
  const line = page.locator(".since", { hasText: "New since you were here · 30 turns on Terminal" });
  await line.waitFor();
  await until("the line is in sight", () => isInSight(page, ".since"));
  await reads(page, ".since + .post .post-body, .since + .day + .post .post-body", ["meanwhile 1\n\nand more\n\nof it"]);
  await page.getByRole("button", { name: "Jump to the latest" }).click();
  await until("what was read is told", marked);
  await page.reload();
  await post(page, "meanwhile 30").first().waitFor();
  await counts(page, ".since", 0);
  const { page: other } = await house.device();
  await post(other, "meanwhile 30").first().waitFor();
  await counts(other, ".since", 0);
});

test("off the record what is said is muted, under a banner, and gone after a reload", { skip }, async (t) => {
  const house = await startRealHouse(t, shop());
  const { page } = await house.device();
  await tell(page, "on the record");
  await say(page, "/private");
  await page.getByText("Nothing you write on this page is kept").waitFor();
  await say(page, "a secret");
  await reads(page, ".post.private .post-body", ["a secret", "a secret"]);
  await page.getByRole("button", { name: "Back on the record" }).click();
  await counts(page, ".off-record", 0);
  await tell(page, "on the record again");
  await reads(page, bodies, ["on the record", "on the record", "a secret", "a secret", "on the record again", "on the record again"]);
  await page.reload();
  await open(page);
  await reads(page, bodies, ["on the record", "on the record", "on the record again", "on the record again"]);
});

test("the menus are reached and left by keyboard alone, and fit a phone", { skip }, async (t) => {
  const house = await startRealHouse(t, shop());
  await house.client.ask("hello", MAIN);
  const { page } = await house.device({ viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true });
  const button = post(page, "hello").first().getByRole("button", { name: "What you can do with this message" });
  await button.focus();
  await page.keyboard.press("Enter");
  await page.getByRole("menu").waitFor();
  const focused = (): Promise<unknown> => page.evaluate("document.activeElement.textContent");
  assert.equal(await focused(), "Fork from here");
  await page.keyboard.press("ArrowUp");
  assert.equal(await focused(), "Copy text");
  await page.keyboard.press("Escape");
  await page.getByRole("menu").waitFor({ state: "detached" });
  await until("the focus is back", () => button.evaluate((it) => it.matches(":focus")));
  await button.tap();
  const menu = await page.locator("dialog.menu").boundingBox();
  assert.ok(menu !== null && menu.x >= 0 && menu.x + menu.width <= 360);
  await page.keyboard.press("Escape");
  const width = (): Promise<unknown> => page.evaluate("Math.max(document.documentElement.scrollWidth, document.querySelector('.scroller').scrollWidth)");
  assert.ok(Number(await width()) <= 360);
});
