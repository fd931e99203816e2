import assert from "node:assert/strict";
import { test } from "node:test";
import { COMMANDS } from "../domain/command.ts";
import { fakeChannel } from "../../test/line/harness.ts";
import { menuPages, offerMenus } from "./menus.ts";

const PAGES = menuPages(["telegram", "discord"]);

function names(place: "private" | "group", language: "zh" | null = null): readonly string[] {
  return PAGES.find((page) => page.place === place && page.language === language)?.entries.map(({ name }) => name) ?? [];
}

test("a menu for each place and language, with the same commands in both", () => {
  assert.deepEqual(PAGES.map(({ place, language }) => [place, language]), [["private", null], ["group", null], ["private", "zh"], ["group", "zh"]]);
  assert.deepEqual(names("private"), names("private", "zh"));
  const described = PAGES.flatMap(({ entries }) => entries.map(({ description }) => description));
  assert.ok(described.every((text) => text.length >= 2 && text.length <= 256));
});

test("a private menu has every command but the owner's, and one dock for each channel", () => {
  const shown = COMMANDS.filter(({ name, right }) => right !== "owner" && name !== "dock").map(({ name }) => name);
  assert.deepEqual(new Set(names("private")), new Set([...shown, "dock-telegram", "dock-discord"]));
});

test("a room's menu leaves out what is done in private", () => {
  assert.ok(!names("group").some((name) => name.startsWith("dock") || ["link", "unlink", "whoami", "send"].includes(name)));
  assert.ok(["new", "status", "activation", "help"].every((name) => names("group").includes(name)));
});

test("a platform that refuses its menu is told of in the log, and nothing else happens", async () => {
  const warnings: string[] = [];
  const note = (_: object, message: string): void => void warnings.push(message);
  const menu = { offer: () => Promise.reject(new Error("no")) };
  await offerMenus({ ...fakeChannel("telegram"), menu }, "default", [], { info: note, warn: note, error: note, debug: note });
  assert.deepEqual(warnings, ["the platform's command menu could not be written; commands work without it"]);
});
