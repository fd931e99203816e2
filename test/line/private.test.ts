import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { rowsIn, tamperIn } from "../store/database.ts";
import { ENGINE } from "../store/engine.ts";
import { TABLE_KEYS, TRANSIENT_TABLES } from "../../src/store/copy/table-list.ts";
import { fakeChannel, message, openTo, operator, startHarness, until, type Harness } from "./harness.ts";

const SECRET = "aubergine-4711";
const config = openTo("telegram");

/** Every row of every table, and on SQLite every byte beside. */
async function everything(h: Harness): Promise<string> {
  const tables = [...TABLE_KEYS.keys(), ...TRANSIENT_TABLES];
  const rows = await Promise.all(tables.map((table) => rowsIn(h.directory, `select * from ${table}`)));
  const files = readdirSync(h.directory, { recursive: true, withFileTypes: true }).filter((file) => file.isFile());
  const bytes = ENGINE === "sqlite" ? files.map((file) => readFileSync(join(file.parentPath, file.name), "latin1")).join("") : "";
  return JSON.stringify(rows) + bytes;
}

const lastSent = (h: Harness) => h.channel("telegram").sent.at(-1)?.part.text ?? "";

async function ask(h: Harness, text: string): Promise<string> {
  const before = h.channel("telegram").sent.length;
  await h.receive(message(text));
  await until(`"${text}" is answered`, () => h.channel("telegram").sent.length > before);
  await h.settled();
  return lastSent(h);
}

test("off the record: the model has it in mind, the chat has the answer, and no table or file has a word of it", async () => {
  const h = await startHarness({ config });
  await ask(h, "I live in Rome");
  assert.match(await ask(h, "/private"), /Off the record/);
  assert.match(await ask(h, `my code is ${SECRET}`), new RegExp(SECRET));
  await ask(h, "and where do I live?");
  const asked = h.requests.at(-1)?.messages.map(({ text }) => text) ?? [];
  assert.deepEqual(asked, ["I live in Rome", "echo: I live in Rome", `my code is ${SECRET}`, `echo: my code is ${SECRET}`, "and where do I live?"]);
  assert.ok(!(await everything(h)).includes(SECRET));
  assert.match(await ask(h, "/private"), /already/);
  assert.match(await ask(h, "/private off"), /On the record again/);
  await ask(h, "what was my code?");
  assert.ok(!JSON.stringify(h.requests.at(-1)).includes(SECRET), "it is gone");
  assert.ok((await h.texts("agent:main:telegram:dm:42")).includes("user: what was my code?"));
  assert.match(await ask(h, "/private off"), /You are on the record/);
  await h.close();
});

test("what is said off the record counts for the day like anything else", async () => {
  const h = await startHarness({ config });
  await ask(h, "/private");
  await ask(h, SECRET);
  const [used] = await rowsIn(h.directory, "select turns, tokens from usage_days");
  assert.deepEqual([Number(used?.["turns"]), Number(used?.["tokens"])], [1, 15]);
  await h.close();
});

test("a restart ends it, and whoever spoke is told before anything of theirs is kept again", async () => {
  const telegram = fakeChannel("telegram");
  const h = await startHarness({ config, platforms: [telegram] });
  await ask(h, "hello");
  await ask(h, "/private");
  await ask(h, SECRET);
  await h.kill();
  const second = await startHarness({ config, directory: h.directory, platforms: [telegram] });
  await until("they are told", () => telegram.sent.some(({ part }) => part.text.includes("I was restarted")));
  await ask(second, "what did I say?");
  assert.ok(!JSON.stringify(second.requests).includes(SECRET));
  assert.ok((await second.texts("agent:main:telegram:dm:42")).includes("user: what did I say?"));
  await second.close();
});

test("in a room it is refused, and on the page what is said is shown and not kept", async () => {
  const h = await startHarness({ config });
  await h.receive(operator("hello"));
  await h.settled();
  await h.receive(operator("/private"));
  await h.settled();
  await h.receive(operator(SECRET));
  await until("it is answered", () => h.events.some((event) => event.kind === "committed" && event.text.includes(SECRET)));
  assert.ok(!(await everything(h)).includes(SECRET));
  await h.close();
});

test("off the record as well, nobody is answered out of words that they may not read: the model is shown what was said there alone", async () => {
  const h = await startHarness({ config });
  await ask(h, "what I said before");
  await tamperIn(h.directory, "update entries set sender_id = '77', audience = 'peer:telegram:default:77', text = 'somebody else lives in Rome' where role = 'user'");
  await tamperIn(h.directory, "update conversations set amends = amends + 1");
  await ask(h, "/private");
  await ask(h, "who lives where?");
  assert.deepEqual(h.requests.at(-1)?.messages.map(({ text }) => text), ["who lives where?"]);
  await h.close();
});

test("off the record as well, the self-test looks at every request, and its markers are shown to nobody", async () => {
  const h = await startHarness({ config, canary: true });
  await ask(h, "my cat is called Tom");
  const before = h.line.canaries.requests;
  await ask(h, "/private");
  const told = await ask(h, "what is it called?");
  assert.equal(h.line.canaries.requests, before + 1);
  assert.ok(h.line.canaries.markers > 0, "what was said before carries one");
  assert.ok(!told.includes("cnry-"));
  await h.close();
});

test("/status says so, a used-up limit does not promise that the message is kept, and /send off is obeyed", async () => {
  const h = await startHarness({ config: { ...config, limits: { perPerson: { turnsPerDay: 1 } } } as typeof config });
  await ask(h, "hello");
  await ask(h, "/private");
  assert.match(await ask(h, "/status"), /Off the record/);
  assert.match(await ask(h, SECRET), /limit is used up.*not kept/);
  await tamperIn(h.directory, "update sessions set choices = '{\"send\":\"deny\"}'");
  const asked = h.requests.length;
  await h.receive(message("anything?"));
  await until("it ends", () => h.events.some((event) => event.kind === "aborted" && event.reason === "SESSION_SEND_DENIED"));
  assert.equal(h.requests.length, asked);
  await h.close();
});
