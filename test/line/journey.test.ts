import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { systemClock } from "../../src/domain/clock.ts";
import { ContinuoError } from "../../src/domain/errors.ts";
import { createIds } from "../../src/domain/ids.ts";
import { JOURNEY } from "../../src/domain/journey.ts";
import { noProbe } from "../../src/domain/probe.ts";
import { createUpkeep } from "../../src/inbox/upkeep.ts";
import { enqueueDelivery } from "../../src/outbox/enqueue.ts";
import { dropHeld, releaseHeld } from "../../src/outbox/held.ts";
import { createOutboxWorker } from "../../src/outbox/worker.ts";
import { beginDelivery } from "../../src/store/statements/begin-delivery.ts";
import { listDeliveries } from "../../src/store/statements/list-deliveries.ts";
import { countOpenDeliveries } from "../../src/store/statements/count-open-deliveries.ts";
import { readFolders, ROOT } from "../architecture/source.ts";
import { removeStateDir, rowsIn, scriptIn, storeIn, tamperIn } from "../store/database.ts";
import { ENGINE } from "../store/engine.ts";
import { isStatement, tablesWritten } from "../architecture/tables.ts";
import { fakeChannel, hang, message, openTo, say, startHarness, until, type Answer, type Harness } from "./harness.ts";

const config = openTo("telegram");
const TABLES = Object.keys(JOURNEY) as (keyof typeof JOURNEY)[];
const move = (table: string, from: string | null, to: string | null): string => `${table}: ${from ?? "new"} -> ${to ?? "gone"}`;

/** Every move that any of the databases below has made, noted by the database itself. */
const made = new Set<string>();

/** A turn that stays as it is changes hands, a delivery that does has one more part there. */
const STAYS: Readonly<Record<string, string>> = { turns: "or new.fence <> old.fence or new.attempt <> old.attempt", outbox: "or new.sent_parts <> old.sent_parts", inbox: "" };

const NOTES: readonly (readonly [event: string, line: string])[] = [
  ["insert", "'new -> ' || new.state"],
  ["update", "old.state || ' -> ' || new.state"],
  ["delete", "old.state || ' -> gone'"],
];

/** The same trigger in the words of each engine. */
function trigger(table: string, event: string, line: string): string {
  const name = `journey_${table}_${event}`;
  const when = event === "update" ? `when (new.state <> old.state ${STAYS[table] ?? ""})` : "";
  const note = `insert into journey values ('${table}: ' || ${line});`;
  if (ENGINE === "sqlite") return `create trigger if not exists ${name} after ${event} on ${table} ${when} begin ${note} end;`;
  return `create or replace function ${name}() returns trigger language plpgsql as $$ begin ${note} return null; end $$;
    create or replace trigger ${name} after ${event} on ${table} for each row ${when} execute function ${name}();`;
}

async function watch(directory: string): Promise<void> {
  const triggers = TABLES.flatMap((table) => NOTES.map(([event, line]) => trigger(table, event, line)));
  await scriptIn(directory, ["create table if not exists journey (line text);", ...triggers].join("\n"));
}

async function collect(directory: string): Promise<void> {
  for (const { line } of await rowsIn<{ line: string }>(directory, "select distinct line from journey")) made.add(line);
}

async function watched(options: Parameters<typeof startHarness>[0], walk: (h: Harness) => Promise<unknown>): Promise<Harness> {
  const h = await startHarness({ config, ...options });
  await watch(h.directory);
  await walk(h);
  await collect(h.directory);
  return h;
}

const poison = (h: Harness): Promise<number> => tamperIn(h.directory, `update inbox set message = '' where message like '%"poison"%'`);

const slowOnce: Answer = (request) => (request.messages.at(-1)?.text === "slow" ? hang() : say("one two"));
const words = { ...fakeChannel("telegram"), render: (text: string) => text.split(" ").map((word) => ({ text: word, plain: word })) };

/** A turn that hangs, with whatever is said behind it before it is stopped. */
async function behindASlowTurn(h: Harness, say: () => Promise<unknown>): Promise<void> {
  await h.receive(message("slow"));
  await until("the slow turn runs", () => h.requests.length > 0);
  await say();
  await h.receive(message("/stop"));
  await h.settled();
}

test("a message that is answered, in parts; one that is stopped, taken back, refused by the model, or cannot be read", async () => {
  const h = await watched({ platforms: [words], answers: { echo: slowOnce } }, async (house) => {
    await behindASlowTurn(house, async () => {
      await house.receive(message("take me back", { id: "back" }));
      await house.amend({ kind: "deleted", address: message("").address, messageId: "back" });
      await house.receive(message("poison"));
      await poison(house);
    });
    await house.receive(message("hello"));
    await house.settled();
  });
  await h.close();
  const failing = await watched({ answers: { echo: () => { throw new ContinuoError("MODEL_REJECTED", "no"); } } }, async (house) => {
    await house.receive(message("hello"));
    await house.settled();
  });
  await failing.close();
});

test("a platform that is busy, and one that refuses", async () => {
  const h = await watched({ retry: { first: 1 } }, async (house) => {
    house.channel("telegram").fail([new ContinuoError("CHANNEL_UNAVAILABLE", "busy", { retryAfterMs: 1 }), new ContinuoError("CHANNEL_REJECTED", "blocked")]);
    await house.receive(message("hello"));
    await house.settled();
  });
  await h.close();
});

test("a gateway that dies, and one that stops, in the middle of a turn", async () => {
  const first = await watched({ answers: { echo: () => hang() } }, async (house) => {
    await house.receive(message("poison"));
    await until("it runs", () => house.requests.length === 1);
  });
  await first.kill();
  const second = await watched({ directory: first.directory, answers: { echo: () => hang() } }, async (house) => until("it runs again", () => house.requests.length === 1));
  await second.line.stop(0);
  await second.store.close();
  await poison(second);
  const third = await watched({ directory: first.directory }, async (house) => house.settled());
  await third.close();
});

test("what has ended goes after the window", async () => {
  const h = await watched({ answers: { echo: slowOnce }, queue: { cap: 1, drop: "new" } }, async (house) => {
    await behindASlowTurn(house, async () => {
      await house.receive(message("take me back", { id: "back" }));
      await house.amend({ kind: "deleted", address: message("").address, messageId: "back" });
      await house.receive(message("poison"));
      await house.receive(message("one too many"));
      await poison(house);
    });
    await house.receive(message("hello"));
    await house.settled();
    await tamperIn(house.directory, "delete from conversations");
    const upkeep = createUpkeep({ store: house.store, clock: { now: () => Date.now() + 60_000 }, log: { info: () => undefined, warn: () => undefined, error: () => undefined, debug: () => undefined }, dedupeWindowMs: () => 0 });
    await upkeep.step();
  });
  await h.close();
});

test("a reply that waits for the owner, before it is sent or because nobody knows whether it arrived", async (t) => {
  const directory = mkdtempSync(join(tmpdir(), "continuo-journey-"));
  t.after(() => removeStateDir(directory));
  const store = await storeIn(directory);
  await watch(directory);
  const ids = createIds(systemClock);
  const reply = { address: { channel: "telegram", account: "default", chat: "42", thread: null }, audience: "owner", peer: "42", replyTo: null };
  const put = (held: string | null) => enqueueDelivery(store, { turnId: null, sessionKey: "k", reply, text: "hello", draft: null, held }, ids, 0);
  const inState = async (state: string): Promise<string[]> => (await store.all(listDeliveries, { state, limit: 10 })).map(({ id }) => id);
  const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined, debug: () => undefined };
  const parts = { store, clock: systemClock, probe: noProbe, log: quiet, random: () => 0, retry: () => ({ attempts: 1, first: 1, longest: 1, jitter: 0 }), sends: () => true, channel: () => null };
  for (const held of ["why", "why", null, null]) await put(held);
  for (const id of await inState("pending")) await store.run(beginDelivery, { id, attempts: 1 });
  const worker = createOutboxWorker({ ...parts, guard: () => "somebody else would read it" });
  await worker.takeUp(null, "hold");
  const [[held, wanted], [unknown, unwanted]] = [await inState("held"), await inState("unknown")];
  await store.transaction((tx) => dropHeld(tx, held ?? "", 1));
  await store.transaction((tx) => dropHeld(tx, unwanted ?? "", 1));
  await store.transaction((tx) => releaseHeld(tx, unknown ?? "", 1));
  worker.wake();
  await until("the guard has held it", async () => (await store.all(countOpenDeliveries, {})).some(({ state, count }) => state === "held" && count === 2));
  await store.transaction((tx) => releaseHeld(tx, wanted ?? "", 1));
  await worker.stop(100);
  await store.close();
  await collect(directory);
});

const declared = TABLES.flatMap((table) => JOURNEY[table].map(({ from, to }) => move(table, from, to)));

test("the moves that were made are those that the table declares, and no others", () => {
  assert.deepEqual([...made].toSorted(), declared.toSorted());
});

const statements = readFolders("src").filter(({ path }) => isStatement(path));
const nameOf = (path: string): string => path.replace(/^.*\//, "").replace(/\.ts$/, "");

test("every statement that sets a state is named by the table, for the table that it writes", () => {
  for (const table of TABLES) {
    const setting = statements.filter((file) => tablesWritten(file).has(table) && /\bstate: /.test(file.text.slice(file.text.search(/\(db[,)]/)))).map(({ path }) => nameOf(path));
    const named = JOURNEY[table].flatMap(({ by }) => by);
    const others = named.filter((name) => !setting.includes(name));
    assert.deepEqual(setting.filter((name) => !named.includes(name)), [], `of ${table}, set and not declared`);
    // These move without a state: the lease changes hands, or the row goes.
    assert.deepEqual(others.filter((name) => !["take-over-turn", "release-turn", "prune-items"].includes(name)), [], `of ${table}, declared and not set`);
  }
});

const page = readFileSync(join(ROOT, "docs/reliability.md"), "utf8");

test("docs/reliability.md has every move with its statements, and names no other", () => {
  const rows = [...page.matchAll(/^\| `(inbox|turns|outbox)` \| (\w+) → (\w+) \| ([^|]*) \|/gm)].map(([, table, from, to, by]) => `${table}: ${from} -> ${to} by ${[...(by ?? "").matchAll(/`([a-z-]+)`/g)].map(([, name]) => name).join(", ")}`);
  const expected = TABLES.flatMap((table) => JOURNEY[table].map(({ from, to, by }) => `${move(table, from, to)} by ${by.join(", ")}`));
  assert.deepEqual(rows.toSorted(), expected.toSorted());
});

test("the tests that docs/reliability.md names are there", () => {
  const named = [...new Set([...page.matchAll(/\[`?((?:test|src)\/[\w./-]+\.test\.ts)`?\]/g)].map(([, path]) => path ?? ""))];
  assert.ok(named.length > 5);
  assert.deepEqual(named.filter((path) => !existsSync(join(ROOT, path))), []);
});
