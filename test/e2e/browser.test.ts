import assert from "node:assert/strict";
import { test } from "node:test";
import { continuo } from "../cli/process.ts";
import { findChromium, openBrowser } from "../page/browser.ts";
import { box, open, post, say } from "../page/visit.ts";
import { until } from "./client.ts";
import { gatewayConfig, telegramConfig } from "./house.ts";
import { stage } from "./stage.ts";

const OWNER = 42;
const chromium = findChromium(process.env);

test(
  "in a browser: said on the page, known in the terminal and on Telegram, and what they say appears on the page with its badge",
  { skip: chromium === null ? "no Chromium on this machine" : false },
  async (t) => {
    const house = stage(t);
    const telegram = await house.telegram();
    const gateway = await house.gateway({ config: { gateway: gatewayConfig(), ...telegramConfig(telegram, { allowFrom: [String(OWNER)] }) } });
    const browser = await openBrowser(chromium ?? "");
    house.atEnd(() => browser.close());
    const page = await browser.newPage();
    const complaints: string[] = [];
    page.on("pageerror", (error) => complaints.push(error.message));
    await page.goto(`${gateway.url}/#token=${gateway.token}`);
    await open(page);

    await box(page).waitFor();
    await say(page, "My bike is in the cellar, behind the red door.");
    await post(page, "continuo/recall").waitFor();
    const asked = await continuo(["chat", "--message", "Where is my bike?"], { stateDir: gateway.stateDir, port: gateway.port });
    assert.match(asked.stdout, /behind the red door/);
    await telegram.injectMessage({ chat: OWNER, from: { id: OWNER, name: "Ada" }, text: "The spare key is under the third flower pot." });
    await until("Telegram was answered", () => telegram.sent().length > 0);

    await page.locator('.post[data-channel="terminal"]').filter({ hasText: "Where is my bike?" }).waitFor();
    await page.locator('.post[data-channel="telegram"]').filter({ hasText: "third flower pot" }).waitFor();
    await say(page, "Where is the spare key?");
    await page.locator('.post[data-channel="webchat"]').filter({ hasText: /Telegram.*third flower pot/u }).waitFor();
    assert.deepEqual(complaints, []);
  },
);
