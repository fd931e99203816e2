import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { removeStateDir } from "../store/database.ts";
import { continuo, startGateway, temporaryStateDir, type Finished, type RunningGateway } from "./process.ts";

/** The commands over sessions as their users run them, with the gateway up and with it down. */
const directory = temporaryStateDir();
const here: { gateway?: RunningGateway; isUp: boolean } = { isUp: false };

before(async () => {
  here.gateway = await startGateway({ stateDir: directory, config: { gateway: { port: 0, auth: { mode: "token", token: "the-token-of-the-sessions-test" } } } });
  here.isUp = true;
});
after(async () => {
  if (here.isUp) await here.gateway?.stop();
  await removeStateDir(directory);
});

function stateDir(): string {
  return directory;
}

const run = async (...args: string[]): Promise<Finished> => continuo(["sessions", ...args], { stateDir: stateDir() });

async function done(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await run(...args);
  assert.equal(code, 0, `${args.join(" ")}: ${stdout}${stderr}`);
  return stdout;
}

async function json<Answer>(...args: string[]): Promise<Answer> {
  return JSON.parse(await done(...args, "--json")) as Answer;
}

interface History {
  readonly key: string;
  readonly uuid: string;
  readonly messages: readonly { readonly role: string; readonly content: string; readonly seq: number }[];
}

async function said(key: string): Promise<string[]> {
  return (await json<History>("history", key)).messages.filter(({ role }) => role === "user").map(({ content }) => content);
}

async function say(session: string, message: string): Promise<void> {
  const { code, stderr } = await continuo(["chat", "--session", session, "--message", message], { stateDir: stateDir() });
  assert.equal(code, 0, stderr);
}

const KEY = "agent:main:trip";

async function clearAndUndo(): Promise<string[]> {
  const { messages } = await json<History>("history", KEY);
  const before = messages.filter(({ role }) => role === "user").map(({ content }) => content);
  assert.equal(await done("clear", KEY), `Cleared session ${KEY} (${messages.filter(({ role }) => role !== "system").length} messages archived).\n`);
  assert.deepEqual(await said(KEY), []);
  assert.match(await done("undo", KEY), /^Took back "clear" in agent:main:trip: /);
  assert.deepEqual(await said(KEY), before);
  return before;
}

async function walkThrough(): Promise<void> {
  const before = await clearAndUndo();
  assert.match(await done("rewind", KEY, "--yes"), /^Rewound agent:main:trip: 2 messages set aside, /);
  assert.deepEqual(await said(KEY), before.slice(0, -1));
  assert.match(await done("history", KEY, "--branches"), new RegExp(`user \\(set aside\\): ${before.at(-1)}`));
  await done("undo", KEY);
  assert.deepEqual(await said(KEY), before);
  assert.match(await done("fork", KEY), /^Forked agent:main:trip: it goes on in a copy of \d+ messages \([0-9a-f-]{36}\)\.\n$/);
  await done("reset", KEY);
  assert.deepEqual(await said(KEY), []);
  const shown = await json<{ conversations: { number?: number; beganReason: string; current: boolean }[] }>("show", KEY);
  assert.deepEqual(shown.conversations.slice(0, 2).map(({ beganReason, current }) => [beganReason, current]), [["reset", true], ["forked", false]]);
  const first = shown.conversations.find(({ beganReason }) => beganReason === "first-message");
  assert.match(await done("resume", KEY, String(first?.number)), /^Resumed an earlier conversation of agent:main:trip \(/);
  assert.deepEqual(await said(KEY), before);
}

async function choices(): Promise<void> {
  await done("label", "trip", "Lisbon");
  await done("pin", KEY);
  assert.match(await done("list", "--label", "Lisbon"), /agent:main:trip/);
  assert.match((await done("list")).split("\n")[1] ?? "", /^agent:main:trip/);
  await done("archive", KEY);
  assert.doesNotMatch(await done("list"), /trip/);
  assert.match(await done("list", "--archived"), /trip/);
  await done("unarchive", KEY);
  await done("unpin", KEY);
  await done("label", KEY);
  assert.match(await done("show", KEY), /^Kind {9}direct$/m);
}

async function trash(): Promise<void> {
  const refused = await run("delete", KEY);
  assert.deepEqual([refused.code, /CHANGE_NEEDS_APPROVAL/.test(refused.stderr)], [1, true]);
  const before = await said(KEY);
  assert.equal(await done("delete", KEY, "--yes"), `Deleted session ${KEY}: it is in the trash.\n`);
  const gone = await run("show", KEY);
  assert.deepEqual([gone.code, gone.stderr.split(" [")[0]], [1, `error: Session not found: ${KEY}`]);
  assert.match(await done("trash"), /agent:main:trip {2}deleted/);
  await done("restore", KEY);
  assert.deepEqual(await said(KEY), before);
}

async function refusals(): Promise<void> {
  const main = await run("delete", "main", "--yes");
  assert.deepEqual([main.code, main.stderr.split(" [")[0]], [1, "error: Cannot delete the main session (agent:main:main)."]);
  for (const command of [["clear"], ["history"], ["show"], ["pin"], ["delete", "--yes"]] as const) {
    const { code, stderr } = await run(command[0], "nobody", ...command.slice(1));
    assert.deepEqual([code, stderr.split(" [")[0]], [1, "error: Session not found: nobody"], command[0]);
  }
}

test("every command over sessions works through the running gateway, and on the store when it is stopped", async () => {
  await say("main", "hello");
  for (const word of ["one", "two", "three"]) await say("trip", word);
  assert.deepEqual(await said("trip"), ["one", "two", "three"]);
  const { uuid } = await json<History>("history", "trip");
  assert.deepEqual((await json<History>("history", uuid.slice(0, 8))).key, KEY, "a session id's beginning names it too");
  const page = await json<History>("history", KEY, "--limit", "2", "--before", "5");
  assert.deepEqual(page.messages.map(({ seq }) => seq), [3, 4]);
  await walkThrough();
  await choices();
  await trash();
  await refusals();
  await here.gateway?.stop();
  here.isUp = false;
  await clearAndUndo();
  await trash();
});
