import assert from "node:assert/strict";
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterEach, test } from "node:test";
import { between } from "../../audit/audience/between.ts";
import { drawMap } from "../../audit/audience/draw.ts";
import type { Spoken } from "../../audit/audience/facts.ts";
import { buildMap } from "../../audit/audience/map.ts";
import { fakeCli, type FakeCli } from "../testing/fake-cli.ts";
import { audienceCommand } from "./audience.ts";

const made: FakeCli[] = [];
afterEach(() => {
  for (const cli of made.splice(0)) cli.remove();
});

function spoken(sessionKey: string, channel: string, senderId: string, messages: number, person: string | null, senderName: string | null = null): Spoken {
  const who = { person, isOwner: person === "Ann" || channel === "webchat" };
  return { sessionKey, channel, account: "default", chat: senderId, thread: null, chatKind: "dm", senderId, senderName, explicit: false, messages, who };
}

const MAIN = "agent:main:main";
const FAMILY = "agent:main:telegram:group:-1001";
const MAP = buildMap({
  spoken: [
    spoken(MAIN, "telegram", "42", 120, "Ann"),
    spoken(MAIN, "webchat", "operator", 7, null),
    spoken("agent:main:person:Bob", "discord", "7", 30, "Bob"),
    spoken(FAMILY, "telegram", "42", 4, "Ann"),
    spoken(FAMILY, "telegram", "9", 2, null, "Eve\u001b[31m\n! Ann"),
  ],
  sessions: [MAIN, "agent:main:person:Bob", FAMILY].map((key) => ({ key, kind: key === FAMILY ? "group" : "dm", label: null, updatedAt: 1 })),
  more: 57,
});

async function run(...words: string[]): Promise<{ cli: FakeCli; asked: unknown[] }> {
  const asked: unknown[] = [];
  const cli = fakeCli({
    local: (method, params) => {
      asked.push([method, params]);
      return method === "audience.between" ? between({ spell: () => null }, MAP, "Ann", "Bob") : { ...MAP, svg: drawMap(MAP) };
    },
  });
  made.push(cli);
  await audienceCommand({ deps: cli.deps, settle: () => undefined }).exitOverride().parseAsync(words, { from: "user" });
  return { cli, asked };
}

test("audience prints people, their accounts and sessions, and marks what is shared", async () => {
  const { cli, asked } = await run();
  assert.deepEqual(asked, [["audience.map", {}]]);
  assert.deepEqual(cli.stdout().split("\n"), [
    "WHO                    SESSION                          MESSAGES  SHARED WITH",
    "Ann (owner)",
    "  telegram:42          agent:main:main                  120",
    "                       agent:main:telegram:group:-1001  4         ! Eve[31m ! Ann",
    "  webchat:operator     agent:main:main                  7",
    "Bob (member)",
    "  discord:7            agent:main:person:Bob            30",
    "Eve[31m ! Ann (guest)",
    "  telegram:9           agent:main:telegram:group:-1001  2         ! Ann",
    "",
    "3 sessions: 1 shared by two or more people (marked !), who can learn there what the others said.",
    "57 more sessions, spoken in earlier: show them with --limit 60.",
    "",
  ]);
});

test("audience asks for a session, a person and a number of sessions, and prints JSON", async () => {
  const { cli, asked } = await run("--session", "main", "--person", "Ann", "--limit", "5", "--json");
  assert.deepEqual(asked, [["audience.map", { session: "main", person: "Ann", limit: 5 }]]);
  assert.equal(cli.json().more, 57);
  assert.deepEqual(cli.json().memory, []);
});

test("audience --between says both directions in words", async () => {
  const { cli, asked } = await run("--between", "Ann", "Bob");
  assert.deepEqual(asked, [["audience.between", { a: "Ann", b: "Bob" }]]);
  assert.deepEqual(cli.stdout().split("\n"), [
    "Bob cannot see what Ann said: they speak in no session and no room together.",
    "Ann can see what Bob said, as the owner, who can open every session.",
    "Memory: there is none yet, so nothing passes through it.",
    "Tools: none reads across sessions yet.",
    "",
  ]);
  for (const wrong of [["--between", "Ann"], ["--between", "Ann", "Bob", "Carla"], ["--limit", "1001"]]) await assert.rejects(run(...wrong), { code: "REQUEST_INVALID" });
});

test("audience --svg writes the picture for its owner's eyes alone, or to standard output", async () => {
  const cli = fakeCli({ local: () => ({ ...MAP, svg: drawMap(MAP) }) });
  made.push(cli);
  const file = join(cli.deps.paths.stateDir, "who.svg");
  const audience = () => audienceCommand({ deps: cli.deps, settle: () => undefined });
  await audience().parseAsync(["--svg", file], { from: "user" });
  assert.equal(readFileSync(file, "utf8"), drawMap(MAP));
  assert.equal(statSync(file).mode & 0o777, 0o600);
  assert.equal(cli.stderr(), `The picture is in ${file}.\n`);
  await assert.rejects(audience().parseAsync(["--svg", join(file, "x")], { from: "user" }), { code: "STATE_UNWRITABLE" });
  const { cli: piped } = await run("--svg", "-");
  assert.equal(piped.stdout(), `${drawMap(MAP)}\n`);
});
