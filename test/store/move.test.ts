import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { createIds } from "../../src/domain/ids.ts";
import { systemClock } from "../../src/domain/clock.ts";
import { isContinuoError } from "../../src/domain/errors.ts";
import { sourceOf } from "../../src/store/copy/port-rows.ts";
import { digestTables } from "../../src/store/copy/read-all.ts";
import type { SqlPort } from "../../src/store/copy/sql-port.ts";
import { openPostgresPort } from "../../src/store/engines/postgres/copy/port.ts";
import { openSqlitePort } from "../../src/store/engines/sqlite/copy/port.ts";
import { openStore } from "../../src/store/open.ts";
import { cancelMove, carryOver, endMove, leaveSource, type MoveParts, type MoveProgress } from "../../src/store/move/move.ts";
import { readMove } from "../../src/store/move/state.ts";
import { createDatabase, dropDatabase, joinRun } from "./databases.ts";
import { ENGINE, betweenEngines } from "./engine.ts";
import { fillStore } from "../stores/filler.ts";

const BOTH = betweenEngines("a move is from one engine to the other");
if (ENGINE === "postgres") await joinRun();

const ids = createIds(systemClock);

interface Place {
  readonly port: SqlPort;
  /** Another connection, as a gateway has it. */
  open(): Promise<SqlPort>;
}

async function postgres(t: TestContext): Promise<Place> {
  const url = await createDatabase();
  const port = await openPostgresPort(url);
  t.after(async () => {
    await port.close();
    await dropDatabase(url);
  });
  return { port, open: () => openPostgresPort(url) };
}

async function sqlite(t: TestContext, sessions = 0): Promise<Place> {
  const directory = mkdtempSync(join(tmpdir(), "continuo-move-"));
  const path = join(directory, "state.sqlite");
  if (sessions > 0) fillStore(path, { sessions, bytes: sessions * 40_000 });
  await openStore(path).close();
  const port = openSqlitePort(path);
  t.after(async () => {
    await port.close();
    rmSync(directory, { recursive: true, force: true });
  });
  return { port, open: async () => openSqlitePort(path) };
}

function partsOf(source: SqlPort, target: SqlPort, more: Partial<MoveParts> = {}): MoveParts {
  return { source, target, clock: systemClock, names: { source: source.engine, target: target.engine }, newId: ids.uuid, signal: new AbortController().signal, onProgress: () => undefined, ...more };
}

async function assertSame(a: SqlPort, b: SqlPort): Promise<void> {
  assert.deepEqual(await digestTables(sourceOf(a)), await digestTables(sourceOf(b)));
  assert.deepEqual(await a.counters.read(), await b.counters.read());
}

/** Changes of every kind, also those that get in each other's way: names that go around, rows that get another key. */
async function change(port: SqlPort, round: number): Promise<void> {
  await port.transaction(async () => {
    await port.ask("insert into events (at, kind, data) values (?, 'x', ?)", [round, `é 😀 ' " \\ ${round}`]);
    await port.ask("insert into cursors (channel, account, name, value) values ('c', ?, 'n', ?)", [`a"\\ ${round}`, "v"]);
    await port.ask("insert into people (id, name, name_key, role, created_at) values (?, ?, ?, 'guest', 1)", [`p${round}`, `n${round}`, `n${round}`]);
    await port.ask("update people set name_key = 'passing' where id = ?", [`p${round}`]);
    await port.ask("update people set name_key = ? where id = 'anna'", [`n${round}`]);
    await port.ask("update people set name_key = ? where id = ?", [`before ${round}`, `p${round}`]);
    await port.ask("update cursors set account = ? where account = ?", [`b ${round}`, `a"\\ ${round - 1}`]);
    await port.ask("delete from cursors where account = ?", [`b ${round - 2}`]);
    await port.ask("update entries set text = ? where seq = 3", [`changed ${round}`]);
    await port.ask("delete from entries where seq = ?", [10 + round]);
  });
}

/** Changes a store over and over, from `first` on, once for each time that it is told to. */
async function work(place: Place, first: number): Promise<{ tell(): void; stop(): Promise<number> }> {
  const port = await place.open();
  const state = { wanted: first + 5, round: first };
  let working: Promise<void> = Promise.resolve();
  const tell = (): void => {
    state.wanted += 1;
    working = working.then(async () => {
      while (state.round < state.wanted) await change(port, ++state.round);
    });
  };
  return {
    tell,
    async stop() {
      await working;
      await port.close();
      return state.round - first;
    },
  };
}

test("everything goes over while it changes, to PostgreSQL and back, with the same hashes and counters", BOTH, async (t) => {
  const places = [await sqlite(t, 40), await postgres(t), await sqlite(t)] as const;
  for (const [from, to, first] of [[places[0], places[1], 0], [places[1], places[2], 100_000]] as const) {
    const seen = new Set<string>();
    const worker = await work(from, first);
    const onProgress = ({ phase }: MoveProgress): void => {
      seen.add(phase);
      if (phase !== "switch") worker.tell();
    };
    const parts = partsOf(from.port, to.port, { onProgress });
    const { id, tables } = await carryOver(parts);
    const rounds = await worker.stop();
    await endMove(parts, id);
    await assertSame(from.port, to.port);
    await leaveSource(parts, id);
    t.diagnostic(`${from.port.engine} to ${to.port.engine}: ${tables.reduce((sum, { rows }) => sum + rows, 0)} rows, ${rounds} rounds of changes meanwhile`);
    assert.ok(rounds > 5);
    assert.deepEqual([...seen].sort(), ["compare", "copy", "follow", "switch"]);
    assert.equal((await readMove(from.port))?.state, "moved");
    assert.equal((await readMove(to.port))?.state, "ready");
  }
});

test("a move that is stopped at any step and begun again goes on where it was", BOTH, async (t) => {
  const from = await sqlite(t, 10);
  const to = await postgres(t);
  let finished = false;
  const steps: number[] = [];
  for (let stopAt = 1, round = 0; !finished; stopAt += 2) {
    const abort = new AbortController();
    let step = 0;
    const copied = { rows: 0 };
    const onProgress = ({ phase, done }: MoveProgress): void => {
      if (phase === "copy") copied.rows = done;
      if (++step === stopAt) abort.abort(new Error("stopped"));
    };
    const parts = partsOf(from.port, to.port, { signal: abort.signal, onProgress });
    try {
      const { id } = await carryOver(parts);
      await change(from.port, ++round);
      await endMove(parts, id);
      finished = true;
    } catch (error) {
      assert.equal((error as Error).message, "stopped");
      steps.push(copied.rows);
      await change(from.port, ++round);
    }
  }
  assert.ok(steps.length > 2, `it was stopped ${steps.length} times`);
  const copying = steps.filter((rows) => rows > 0);
  assert.deepEqual(copying, copying.toSorted((a, b) => a - b), "what was copied is not copied again");
  await assertSame(from.port, to.port);
});

test("a target that somebody uses is refused, and so is the same database; a cancelled move leaves nothing behind", BOTH, async (t) => {
  const from = await sqlite(t, 5);
  const to = await postgres(t);
  const refused = (code: string) => (error: unknown) => isContinuoError(error) && error.code === code;
  const used = await sqlite(t, 5);
  await assert.rejects(carryOver(partsOf(from.port, used.port)), refused("STORE_OCCUPIED"));
  await to.port.ask("insert into gateways (id, version, address, started_at, lease_until) values ('g', '1', '', 1, ?)", [systemClock.now() + 60_000]);
  await assert.rejects(carryOver(partsOf(from.port, to.port)), refused("STORE_OCCUPIED"));
  await to.port.ask("delete from gateways");
  assert.equal(await readMove(from.port), null, "a refusal changes nothing");

  const empty = await postgres(t);
  const again = await empty.open();
  await assert.rejects(carryOver(partsOf(empty.port, again)), refused("REQUEST_INVALID"));
  await again.close();

  await carryOver(partsOf(from.port, to.port));
  assert.equal(await cancelMove(from.port), true);
  const left = await from.port.ask("select name from sqlite_schema where name like 'move\\_%' escape '\\'");
  assert.deepEqual(left, []);
  await change(from.port, 1);
  const parts = partsOf(from.port, to.port);
  const { id } = await carryOver(parts);
  await endMove(parts, id);
  await assertSame(from.port, to.port);
});

test("a row that is not the same in both is found, and named by its table", BOTH, async (t) => {
  const from = await sqlite(t, 5);
  const to = await postgres(t);
  // Whatever is copied there says something else.
  await to.port.ask("create function spoil() returns trigger language plpgsql as $$ begin if new.seq = 2 then new.text := 'another'; end if; return new; end $$");
  await to.port.ask("create trigger spoil before insert on entries for each row execute function spoil()");
  await assert.rejects(carryOver(partsOf(from.port, to.port)), (error: unknown) => isContinuoError(error) && error.code === "MOVE_DIFFERS" && /entries/.test(error.message));
});
