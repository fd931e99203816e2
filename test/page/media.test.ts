import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { TOKEN } from "../protocol/fixture.ts";
import { startLineHouse, type LineHouse } from "../protocol/line-house.ts";
import { png, refOf } from "../media/pictures.ts";
import { findChromium, openBrowser } from "./browser.ts";
import { box, counts, open, openPage, post, posts, skip } from "./visit.ts";

const opened = openPage();
const shop: { browser?: Browser } = {};
const path = findChromium(process.env);
before(async () => {
  if (path !== null) shop.browser = await openBrowser(path);
});
after(() => shop.browser?.close());

/** The page of a gateway with a real line behind it. */
async function visit(context: BrowserContextOptions, act: (page: Page, house: LineHouse, complaints: readonly string[]) => Promise<void>): Promise<void> {
  const house = await startLineHouse({ uiDir: opened.uiDir(), settings: { maxPayload: 1_000_000 } });
  const browsing = await shop.browser?.newContext({ locale: "en-GB", viewport: { width: 1280, height: 800 }, ...context });
  assert.ok(browsing);
  try {
    const page = await browsing.newPage();
    page.setDefaultTimeout(10_000);
    const complaints: string[] = [];
    page.on("pageerror", (error) => complaints.push(error.message));
    page.on("console", (line) => void (line.type() === "error" && complaints.push(line.text())));
    await page.goto(`${house.at.url}/#token=${TOKEN}`);
    await open(page);
    await act(page, house, complaints);
  } finally {
    await browsing.close();
    await house.close();
  }
}

const PIXEL = png(7);
const field = (page: Page) => page.locator("input[type=file]");

test("an image is attached by the button, sent with its words, shown to the model, and shown in the transcript after a reload", { skip }, async () => {
  await visit({}, async (page, house, complaints) => {
    await field(page).setInputFiles({ name: "cat.png", mimeType: "image/png", buffer: PIXEL });
    await page.getByRole("list", { name: "Attached files" }).getByText("cat.png").waitFor();
    await box(page).fill("what is this?");
    await box(page).press("Enter");
    await post(page, "Hello there, world.").waitFor();
    assert.deepEqual(house.requests.at(-1)?.messages.at(-1)?.images?.map(({ data }) => refOf(data)), [refOf(PIXEL)]);
    await counts(page, ".picked li", 0);
    await page.reload();
    const image = post(page, "what is this?").getByRole("img", { name: "Image: cat.png" });
    await image.waitFor();
    assert.deepEqual(await page.evaluate("(() => { const { naturalWidth, naturalHeight } = document.querySelector('.picture img'); return [naturalWidth, naturalHeight]; })()"), [1, 1]);
    assert.equal(await posts(page).count(), 2);
    assert.deepEqual(complaints, []);
  });
});

/** Has the page take files as if they were pasted or dropped there. */
async function hand(page: Page, event: "paste" | "drop", name: string, type: string, bytes: Uint8Array): Promise<void> {
  const made = event === "paste" ? 'new ClipboardEvent("paste", { ...init, clipboardData: transfer })' : 'new DragEvent("drop", { ...init, dataTransfer: transfer })';
  await page.evaluate(`
    (() => { const transfer = new DataTransfer();
    transfer.items.add(new File([Uint8Array.from(${JSON.stringify([...bytes])})], ${JSON.stringify(name)}, { type: ${JSON.stringify(type)} }));
    const init = { bubbles: true, cancelable: true };
    document.getElementById("message").dispatchEvent(${made}); })();
  `);
}

test("files are pasted and dropped, can be left out again, and are sent without words; other files are saved under their names", { skip }, async () => {
  await visit({}, async (page, _house, complaints) => {
    await hand(page, "paste", "pasted.png", "image/png", PIXEL);
    await hand(page, "drop", "plan.txt", "text/plain", Buffer.from("the plan"));
    await hand(page, "drop", "wrong.txt", "text/plain", Buffer.from("not this"));
    await counts(page, ".picked li", 3);
    await page.getByRole("button", { name: "Leave out wrong.txt" }).click();
    await counts(page, ".picked li", 2);
    await page.getByRole("button", { name: "Send" }).click();
    await post(page, "Hello there, world.").waitFor();
    await page.reload();
    await page.getByRole("img", { name: "Image: pasted.png" }).waitFor();
    assert.equal(await posts(page).first().locator(".said").count(), 0, "words that only say that files came are not shown beside them");
    const saving = page.waitForEvent("download");
    await page.getByRole("button", { name: "plan.txt" }).click();
    const download = await saving;
    assert.equal(download.suggestedFilename(), "plan.txt");
    assert.deepEqual(complaints, []);
  });
});

test("what one message cannot carry is said at once, and the rest stays", { skip }, async () => {
  await visit({}, async (page) => {
    await field(page).setInputFiles([
      { name: "small.png", mimeType: "image/png", buffer: PIXEL },
      { name: "film.mp4", mimeType: "video/mp4", buffer: Buffer.alloc(900_000) },
    ]);
    await page.getByRole("alert").getByText("Too large for one message: film.mp4").waitFor();
    await counts(page, ".picked li", 1);
  });
});

test("on a phone the button is there to be touched, and a wide image stays within the screen", { skip }, async () => {
  await visit({ viewport: { width: 360, height: 640 }, hasTouch: true, isMobile: true }, async (page) => {
    const button = await page.getByRole("button", { name: "Attach files" }).boundingBox();
    assert.ok(button && button.width >= 40 && button.height >= 40);
    await field(page).setInputFiles({ name: "cat.png", mimeType: "image/png", buffer: PIXEL });
    await page.getByRole("button", { name: "Send" }).click();
    await page.getByRole("img", { name: "Image: cat.png" }).first().waitFor();
    assert.equal(await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), true);
  });
});
