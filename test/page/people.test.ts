import assert from "node:assert/strict";
import { test } from "node:test";
import type { Page } from "playwright-core";
import { MAIN, TOKEN } from "../protocol/fixture.ts";
import { startPageHouse } from "./house.ts";
import type { PageHouse } from "./house.ts";
import { counts, open, openPage, skip, until } from "./visit.ts";

const { visit, uiDir } = openPage();
const at = 1_790_000_000_000;
const ANN = "agent:main:telegram:dm:42";

const request = { code: "K7QF2M", channel: "telegram", account: "default", surface: "dm", senderId: "4242", senderName: "Ann Smith", createdAt: at, expiresAt: at + 3_600_000 };
const reply = { id: "d1", sessionKey: MAIN, to: { channel: "whatsapp", account: "default", chat: "7" }, toWhom: "Mallory", text: "The door code is 4711.", reason: "Mallory does not speak in this conversation.", createdAt: at, state: "held" };
const reader = { reader: "Ann", author: "Robert", messages: 12, session: MAIN, words: "Ann would read 12 messages of Robert." };
const session = { key: MAIN, action: "split", messages: 16, to: [{ key: MAIN, messages: 4, speakers: ["Robert"] }, { key: ANN, messages: 12, speakers: ["Ann"] }], words: "The conversation is split in two." };
const plan = { id: "p1", cause: "config", mode: "repartition", settings: [], sessions: [session], stays: 0, moves: 0, splits: 1, merges: 0, messages: 16, readers: [reader], lines: ["session.dmScope: main → per-peer"] };
const robert = {
  name: "Robert",
  role: "owner",
  source: "both",
  identities: [
    { channel: "telegram", account: null, peer: "42", provedBy: "file", provedAt: null },
    { channel: "whatsapp", account: "default", peer: "+4477", displayName: "Bob", provedBy: "pairing", provedAt: at },
  ],
  sessions: [MAIN],
  messages: 41,
  lastAt: at,
};
const ann = { name: "Ann", role: "member", source: "store", identities: [{ channel: "discord", account: "default", peer: "9001", provedBy: "code", provedAt: at }], sessions: [ANN], messages: 7, lastAt: at };
const guest = { identity: "telegram/default:777", channel: "telegram", account: "default", peer: "777", displayName: "Mallory", messages: 2, lastAt: at, sessions: [] };

/** As the gateway draws it; `name` stands in it as it is given. */
function pictureOf(name: string): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 640 240" width="640" height="240" role="img" style="max-width:100%;height:auto"><title>Who speaks where</title>
<style>.who{fill:rgb(1, 2, 3)}:root[data-theme="dark"] .who{fill:rgb(4, 5, 6)}</style>
<path d="M180 60C300 60 340 120 460 120M180 180C300 180 340 120 460 120" fill="none" stroke="currentColor" stroke-width="2" opacity="0.4"/>
<rect x="20" y="40" width="160" height="40" rx="10" fill="none" stroke="currentColor"/><text class="who" x="32" y="65" font-size="14">Robert</text>
<rect x="460" y="100" width="160" height="40" rx="10" fill="none" stroke="currentColor"/><text x="472" y="125" font-size="14" fill="currentColor">Main</text>
<rect x="20" y="160" width="160" height="40" rx="10" fill="none" stroke="currentColor"/><text x="32" y="185" font-size="14" fill="currentColor">${name}</text></svg>`;
}

/** A name that the gateway forgot to escape. */
const HOSTILE = `</text><g onclick="window.stolen=3" style="fill:red"><rect width="9" height="9" onload="window.stolen=4"/></g><script>window.stolen=1</script><a href="javascript:window.stolen=5"><text>Mallory</text></a>
<image href="https://tracker.example/x.png"/><use href="https://tracker.example/x.svg#a"/><foreignObject><iframe src="https://tracker.example/"></iframe></foreignObject><style>@import "https://tracker.example/x.css";</style><animate onbegin="window.stolen=6"/><text><img src=x onerror="window.stolen=2">`;

function populate(house: PageHouse): void {
  house.row({ key: ANN, displayName: "Ann", channel: "telegram" });
  Object.assign(house.people, { people: [robert, ann], guests: [guest], svg: pictureOf("Ann") });
}

async function enter(page: Page): Promise<void> {
  await open(page);
  await page.getByRole("link", { name: "People and walls" }).click();
  await page.getByRole("heading", { name: "People", exact: true }).waitFor();
}

const part = (page: Page, name: string) => page.getByRole("region", { name, exact: true });
const askedOf = (house: PageHouse, method: string): readonly Record<string, unknown>[] => house.people.asked.filter((entry) => entry.method === method).map(({ params }) => params);

test("the people are reached from the sidebar, and the back button leads to the conversation again", { skip }, async () => {
  await visit({ prepare: populate }, async ({ page, house, complaints }) => {
    await enter(page);
    assert.equal(page.url(), `${house.url}/#people`);
    await page.getByText("Nothing waits for you.").waitFor();
    assert.equal(await page.locator(".session[aria-current]").count(), 0);
    assert.equal(await page.title(), "People — Continuo");
    await page.goBack();
    await page.getByLabel("Message", { exact: true }).waitFor();
    await page.goForward();
    await part(page, "Known people").getByRole("button", { name: "Ann · Telegram" }).click();
    await page.getByRole("heading", { name: "Ann · Telegram" }).waitFor();
    assert.equal(page.url(), `${house.url}/`);
    await page.goBack();
    await part(page, "Known people").waitFor();
    await page.reload();
    await part(page, "Known people").waitFor();
    assert.deepEqual(complaints, []);
  });
});

test("a gateway that knows no people has no such item, and its address leads to the conversation", { skip }, async () => {
  const old = await startPageHouse(uiDir(), "0.1.0", { knowsPeople: false });
  try {
    await visit({}, async ({ page }) => {
      await page.goto(`${old.url}/#token=${TOKEN}`);
      await open(page);
      await page.goto(`${old.url}/#people`);
      await page.getByLabel("Message", { exact: true }).waitFor();
      assert.equal(await page.locator(".people-link").count(), 0);
    });
  } finally {
    await old.close();
  }
});

test("a request to be let in appears while it happens, and says what will be shared before it is approved as me", { skip }, async () => {
  await visit({ prepare: populate }, async ({ page, house, complaints }) => {
    await enter(page);
    house.people.requests = [request];
    house.people.proposal = { sessionKey: MAIN, shares: ["Robert"] };
    house.publish("people.changed", { reason: "pairing" });
    const card = part(page, "Waiting for you").getByRole("listitem").filter({ hasText: "Ann Smith" });
    await card.getByText("telegram:4242").waitFor();
    await page.getByRole("img", { name: "1 thing waits for you" }).waitFor();
    await card.getByRole("button", { name: "This is me" }).click();
    const dialog = page.getByRole("dialog", { name: "Let in Ann Smith as yourself" });
    await dialog.getByText("The conversation will be “Main”.").waitFor();
    await dialog.getByText("It is shared with Robert").waitFor();
    await dialog.getByRole("button", { name: "Do it" }).click();
    await dialog.waitFor({ state: "detached" });
    await card.waitFor({ state: "detached" });
    const who = { channel: "telegram", code: "K7QF2M", who: { kind: "me" } };
    assert.deepEqual(askedOf(house, "pairing.approve"), [{ ...who, approve: false }, { ...who, approve: true, planId: "plan" }]);
    await page.getByText("Done: Let in Ann Smith as yourself").first().waitFor();
    await counts(page, ".people-link .count", 0);
    assert.deepEqual(complaints, []);
  });
});

test("a request is let in as a person that one names, or turned away; Escape lets nobody in", { skip }, async () => {
  const prepare = (house: PageHouse): void => {
    populate(house);
    house.people.requests = [request, { ...request, code: "ZZ", senderName: "Eve" }];
    house.people.proposal = { sessionKey: ANN, shares: [] };
  };
  await visit({ prepare }, async ({ page, house }) => {
    await enter(page);
    const card = (name: string) => page.locator(".card").filter({ hasText: name });
    await card("Eve").getByRole("button", { name: "Reject" }).click();
    await card("Eve").waitFor({ state: "detached" });
    await card("Ann Smith").getByRole("button", { name: "Let in as a person…" }).click();
    await page.getByLabel("A person that is known, or a new name").fill("Ann");
    await page.keyboard.press("Enter");
    await page.getByText("Nobody else speaks there.").waitFor();
    await page.keyboard.press("Escape");
    await counts(page, "dialog", 0);
    const who = { kind: "person", name: "Ann" };
    assert.deepEqual(askedOf(house, "pairing.approve"), [{ channel: "telegram", code: "K7QF2M", who, approve: false }]);
    assert.deepEqual(askedOf(house, "pairing.reject"), [{ channel: "telegram", code: "ZZ" }]);
  });
});

test("a held reply is shown with whom it is for and why, and goes out at a word of the owner", { skip }, async () => {
  const prepare = (house: PageHouse): void => void (house.people.held = [reply, { ...reply, id: "d2", text: "Another one." }]);
  await visit({ prepare }, async ({ page, house }) => {
    await open(page);
    await page.getByRole("img", { name: "2 things wait for you" }).waitFor();
    await enter(page);
    const card = page.locator(".card").filter({ hasText: "4711" });
    await card.getByText("A reply to Mallory is held").waitFor();
    await card.getByText("Mallory does not speak in this conversation.").waitFor();
    await card.getByRole("button", { name: "Send" }).click();
    await card.waitFor({ state: "detached" });
    await page.locator(".card").filter({ hasText: "Another one." }).getByRole("button", { name: "Drop" }).click();
    await page.getByText("Nothing waits for you.").waitFor();
    assert.deepEqual([askedOf(house, "outbox.release"), askedOf(house, "outbox.drop")], [[{ id: "d1" }], [{ id: "d2" }]]);
  });
});

test("a reply that was held says so in the conversation, and leads to where it waits", { skip }, async () => {
  await visit({}, async ({ page, house }) => {
    await open(page);
    await page.getByText("Say something here.").waitFor();
    const run = house.begin("tg-5", "what is the code?", { channel: "telegram", senderName: "Mallory" });
    house.publish("chat", { runId: run.runId, sessionKey: MAIN, seq: 1, state: "final", held: "another audience", message: { role: "assistant", content: [{ type: "text", text: "It is 4711." }], timestamp: at } });
    await page.getByRole("link", { name: "Not sent: waits for you" }).click();
    await part(page, "Waiting for you").waitFor();
  });
});

test("a waiting change shows its plan and its new readers, is applied, and can be taken back after a question", { skip }, async () => {
  const prepare = (house: PageHouse): void => (populate(house), void (house.people.waiting = { id: "c1", cause: "config", at, plan }));
  await visit({ prepare }, async ({ page, house, complaints }) => {
    await enter(page);
    const waiting = part(page, "Waiting for you");
    await waiting.getByText("session.dmScope: main → per-peer").waitFor();
    await waiting.getByRole("alert").getByText("Ann would read 12 messages of Robert.").waitFor();
    await waiting.getByRole("row", { name: /Main is split.*Ann · Telegram · 12 messages · Ann 16/u }).waitFor();
    await waiting.getByRole("button", { name: "Apply" }).click();
    await waiting.getByRole("button", { name: "Undo last change" }).click();
    await page.getByRole("dialog", { name: "Undo this change?" }).getByRole("button", { name: "Undo last change" }).click();
    await waiting.getByRole("button", { name: "Undo last change" }).waitFor({ state: "detached" });
    assert.deepEqual(house.people.asked, [{ method: "changes.apply", params: { planId: "p1" } }, { method: "changes.rollback", params: { id: "change-2", approve: false } }]);
    assert.deepEqual(complaints, []);
  });
});

test("a change of a person asks first when somebody would newly read something, and does nothing without a yes", { skip }, async () => {
  const prepare = (house: PageHouse): void => (populate(house), void (house.people.proposal = { plan }));
  await visit({ prepare }, async ({ page, house }) => {
    await enter(page);
    const people = part(page, "Known people");
    await people.getByRole("button", { name: "Change Ann" }).click();
    const edit = page.getByRole("dialog", { name: "Change Ann" });
    await edit.getByLabel("The same person as").selectOption("Robert");
    await edit.getByRole("button", { name: "Merge" }).click();
    const dialog = page.getByRole("dialog", { name: "Merge Ann into Robert" });
    await dialog.getByRole("alert").getByText("Ann would read 12 messages of Robert.").waitFor();
    await dialog.getByRole("button", { name: "Cancel" }).click();
    await counts(page, "dialog", 0);
    assert.deepEqual(askedOf(house, "people.merge"), [{ from: "Ann", into: "Robert", approve: false }]);
    house.people.proposal = null;
    await people.getByRole("button", { name: "Change Ann" }).click();
    await page.getByLabel("Name", { exact: true }).fill("Anna");
    await page.getByRole("button", { name: "Rename" }).click();
    await page.locator(".told").getByText("Done: Rename Ann to Anna").waitFor();
    await part(page, "Guests").getByRole("button", { name: "Link Mallory" }).click();
    await page.getByLabel("A person that is known, or a new name").fill("Ann");
    await page.keyboard.press("Enter");
    await page.locator(".told").getByText("Done: Link Mallory to Ann").waitFor();
    await people.getByRole("button", { name: "Unlink whatsapp/default:+4477" }).click();
    await page.locator(".told").getByText("Done: Unlink Bob from Robert").waitFor();
    assert.deepEqual(askedOf(house, "people.unlink"), [{ identity: "whatsapp/default:+4477", approve: false }]);
  });
});

test("what stands in the configuration file is marked, and cannot be renamed or unlinked here", { skip }, async () => {
  await visit({ prepare: populate }, async ({ page }) => {
    await enter(page);
    const card = part(page, "Known people").locator(".card").filter({ hasText: "Robert" });
    await card.locator(".card-head").getByText("in openclaw.json").waitFor();
    assert.equal(await card.getByRole("button", { name: /^Unlink/u }).count(), 1);
    await card.getByRole("button", { name: "Change Robert" }).click();
    await page.getByText("The name and the role stand in openclaw.json").waitFor();
    assert.equal(await page.getByRole("button", { name: "Rename" }).count(), 0);
    await page.getByLabel("Another identity (channel:id)").waitFor();
  });
});

test("what the gateway refuses is said where the owner looks", { skip }, async () => {
  await visit({ prepare: populate }, async ({ page, house }) => {
    await enter(page);
    Object.defineProperty(house.people, "between", { get: () => assert.fail("broken") });
    await page.getByRole("button", { name: "Look" }).click();
    await page.locator(".told.bad").getByRole("alert").waitFor();
  });
});

test("the picture is drawn under the gateway's own policy, with its own rules, and scrolls when it is wide", { skip }, async () => {
  await visit({ prepare: populate }, async ({ page, complaints }) => {
    await enter(page);
    const picture = page.locator(".picture");
    await picture.locator("svg text.who").waitFor();
    const colour = (): Promise<string | undefined> => picture.locator("text.who").evaluate((text) => text.computedStyleMap().get("fill")?.toString());
    assert.equal(await colour(), "rgb(1, 2, 3)");
    await page.getByRole("radio", { name: "Dark" }).check({ force: true });
    assert.equal(await colour(), "rgb(4, 5, 6)");
    const box = await picture.locator("svg").boundingBox();
    assert.deepEqual([box?.width, box?.height], [640, 240]);
    assert.deepEqual(complaints, []);
  });
});

test("nothing in a picture's name runs, loads or leads away, even where the gateway forgot to escape it", { skip }, async () => {
  const prepare = (house: PageHouse): void => (populate(house), void (house.people.svg = pictureOf(HOSTILE)));
  await visit({ prepare }, async ({ page, house, complaints }) => {
    const requests: string[] = [];
    page.on("request", (sent) => void (sent.url().startsWith(house.url) || requests.push(sent.url())));
    await enter(page);
    const picture = page.locator(".picture");
    await picture.locator("svg text.who").waitFor();
    await picture.locator("g rect").dispatchEvent("click");
    assert.equal(await picture.locator(":is(script, img, iframe, foreignObject, image, use, a, style, [onclick], [onload], [style], [href])").count(), 0);
    assert.equal(await page.evaluate("window.stolen"), undefined);
    assert.deepEqual(requests, []);
    assert.ok(complaints.every((line) => line.includes("Content Security Policy")), complaints.join("\n"));
  });
});

test("whether two of them share anything is answered in words", { skip }, async () => {
  await visit({ prepare: populate }, async ({ page, house }) => {
    house.people.between = { shares: true, paths: [], lines: ["Both speak in Main."] };
    await enter(page);
    await page.getByLabel("The other").selectOption("telegram/default:777");
    await page.getByRole("button", { name: "Look" }).click();
    await page.getByText("Both speak in Main.").waitFor();
    await page.getByText("They share", { exact: true }).waitFor();
    assert.deepEqual(askedOf(house, "audience.between"), [{ a: "Robert", b: "telegram/default:777" }]);
  });
});

test("on a phone the people are in the drawer, and nothing scrolls sideways", { skip }, async () => {
  const prepare = (house: PageHouse): void => {
    populate(house);
    house.people.requests = [{ ...request, senderName: "x".repeat(80) }];
    house.people.held = [{ ...reply, text: "y".repeat(400) }];
    house.people.waiting = { id: "c1", cause: "config", at, plan };
  };
  await visit({ prepare, context: { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true } }, async ({ page }) => {
    await page.getByRole("button", { name: "Show conversations" }).click();
    await page.getByRole("link", { name: "People and walls" }).click();
    await part(page, "Guests").waitFor();
    await page.locator(".sidebar").waitFor({ state: "hidden" });
    const width = await page.evaluate("Math.max(document.documentElement.scrollWidth, document.querySelector('.scroller').scrollWidth)");
    assert.ok(Number(width) <= 360, `${String(width)} px`);
  });
});

test("the people can be reached and changed by keyboard alone", { skip }, async () => {
  const prepare = (house: PageHouse): void => (populate(house), void Object.assign(house.people, { requests: [request], proposal: { sessionKey: MAIN, shares: [] } }));
  await visit({ prepare }, async ({ page, house }) => {
    await open(page);
    const label = (): Promise<string> => page.evaluate("(at => at === document.body ? '' : at.getAttribute('aria-label') || at.textContent)(document.activeElement)");
    const reach = async (name: string): Promise<void> => {
      for (let presses = 0; presses < 60; presses++) {
        await page.keyboard.press("Tab");
        if ((await label()).includes(name)) return;
      }
      assert.fail(`${name} is not reached with Tab`);
    };
    await reach("People and walls");
    await page.keyboard.press("Enter");
    await part(page, "Waiting for you").waitFor();
    await page.evaluate("document.activeElement?.blur()");
    await reach("Skip to the content");
    await page.keyboard.press("Enter");
    await reach("Guest");
    await page.keyboard.press("Enter");
    await page.getByRole("dialog").waitFor();
    await page.keyboard.press("Escape");
    await counts(page, "dialog", 0);
    await until("the focus is back at the button", async () => (await label()) === "Guest");
    await page.keyboard.press("Enter");
    await page.getByRole("dialog").waitFor();
    await reach("Do it");
    await page.keyboard.press("Enter");
    await page.getByText("Nothing waits for you.").waitFor();
    assert.deepEqual(askedOf(house, "pairing.approve").map(({ approve }) => approve), [false, false, true]);
  });
});

test("the people speak Chinese to a Chinese browser", { skip }, async () => {
  await visit({ prepare: populate, context: { locale: "zh-CN" } }, async ({ page }) => {
    await page.getByRole("link", { name: "人员与隔离" }).click();
    await page.getByText("没有等你处理的事。").waitFor();
    await part(page, "谁与谁共享").waitFor();
  });
});
