import { existsSync, readFileSync, renameSync, statSync } from "node:fs";
import { resolve } from "node:path";
import { editConfig, editText, look, type Environment } from "../config/index.ts";
import type { Clock } from "../domain/clock.ts";
import { ContinuoError, toContinuoError } from "../domain/errors.ts";
import type { Ids } from "../domain/ids.ts";
import type { EndedMove, MoveAnswer, StorageDesk, StorageStatus } from "../operations/index.ts";
import { liveGateways } from "../cluster/membership.ts";
import type { SqlPort } from "../store/copy/sql-port.ts";
import { openSqlitePort } from "../store/engines/sqlite/copy/port.ts";
import { newestSchema } from "../store/migrate.ts";
import { carryOver, cancelMove, endMove, leaveSource, type MoveParts, type MoveProgress } from "../store/move/move.ts";
import { readMove } from "../store/move/state.ts";
import { openStore, openStoreAt } from "../store/open.ts";
import { listMoves } from "../store/statements/list-moves.ts";
import type { Store } from "../store/store.ts";
import type { MoveRow } from "../store/tables.ts";
import { stamp } from "./backup.ts";
import { SIDE_FILES } from "./replace-database.ts";

/** The last part of a move, for when nobody writes any more: it ends well or leaves everything as it was. */
export interface Switch {
  finish(): Promise<EndedMove>;
}

export interface StorageParts {
  readonly configuration: { readonly path: string; readonly env: Environment };
  readonly store: Store;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly database: { readonly path: string; readonly url: string | null };
  /** This gateway among those on the database; null for a command. */
  readonly gatewayId: string | null;
  readonly last: EndedMove | null;
  onProgress(progress: MoveProgress): void;
  /** Ends what runs, in order, and calls `finish` when nobody writes; null: nobody does. Resolves when that is arranged. */
  readonly handOver: ((ready: Switch, to: string) => Promise<void>) | null;
}

interface Place {
  readonly name: string;
  /** What `store.url` says there. */
  readonly url: string | null;
  open(): Promise<SqlPort>;
}

/** An address that may be shown. */
export function withoutPassword(url: string): string {
  try {
    const { host, pathname } = new URL(url);
    return `postgres://${host}${pathname}`;
  } catch {
    return "postgres";
  }
}

async function openPort(url: string): Promise<SqlPort> {
  const { openPostgresPort } = await import("../store/engines/postgres/copy/port.ts");
  return openPostgresPort(url);
}

function here({ database: { path, url } }: StorageParts): Place {
  return url === null ? { name: path, url, open: async () => openSqlitePort(path) } : { name: withoutPassword(url), url, open: () => openPort(url) };
}

/** A database that was left by a move of before has its place taken by the new one. */
async function setAside(path: string, clock: Clock): Promise<void> {
  if (!existsSync(path)) return;
  await openStore(path).close();
  const port = openSqlitePort(path);
  const found = await readMove(port);
  await port.close();
  if (found?.role !== "source" || found.state !== "moved") return;
  for (const suffix of ["", ...SIDE_FILES]) if (existsSync(`${path}${suffix}`)) renameSync(`${path}${suffix}`, `${path}.moved-${stamp(clock.now())}${suffix}`);
}

function sqlitePlace({ database: { path }, clock }: StorageParts, to: string): Place {
  const named = to.slice("sqlite:".length);
  if (named !== "" && resolve(named) !== resolve(path)) throw new ContinuoError("REQUEST_INVALID", `The embedded database of this state directory is ${path}; it cannot be at ${named}.`, { fields: { cure: "Say --to sqlite." } });
  return {
    name: path,
    url: null,
    async open() {
      await setAside(path, clock);
      await openStore(path).close();
      return openSqlitePort(path);
    },
  };
}

function postgresPlace(url: string): Place {
  return {
    name: withoutPassword(url),
    url,
    async open() {
      // It makes the tables, or brings them up to date.
      await (await openStoreAt({ path: "", url, connections: 1, onError: () => undefined })).close();
      const port = await openPort(url);
      if (port.schema <= newestSchema()) return port;
      await port.close();
      throw new ContinuoError("STORE_NEWER", `${withoutPassword(url)} has schema ${port.schema}; this version of Continuo knows up to ${newestSchema()}.`);
    },
  };
}

function there(parts: StorageParts, to: string): Place {
  if (/^postgres(ql)?:\/\//.test(to)) return postgresPlace(to);
  if (to !== "sqlite" && !to.startsWith("sqlite:")) throw new ContinuoError("REQUEST_INVALID", "A store is moved to the URL of a PostgreSQL database, or to `sqlite`.");
  if (parts.database.url === null) throw new ContinuoError("REQUEST_INVALID", `The data is in SQLite already: ${parts.database.path}.`);
  return sqlitePlace(parts, to);
}

/** Whether the configuration would say `url` once it is written there; an included file may say something else. */
async function refuseOverruled({ configuration: { path, env } }: StorageParts, { url }: Place): Promise<void> {
  const text = await editText(readFileSync(path, "utf8"), [{ path: ["store", "url"], value: url ?? undefined }]);
  const { config } = await look(path, env, async (file) => (file === path ? Buffer.from(text) : readFileSync(file)));
  if ((config.store.url ?? null) !== url) throw new ContinuoError("CONFIG_INVALID", "store.url is not set in the configuration file itself, so that a move could not change it. Fix: set it there.");
}

async function refuseShared({ store, clock, gatewayId }: StorageParts): Promise<void> {
  if (store.cluster === null) return;
  const others = (await liveGateways(store, clock.now())).filter(({ id }) => id !== gatewayId);
  if (others.length > 0) throw new ContinuoError("STORE_SHARED", `${others.length === 1 ? "Another gateway works" : `${others.length} other gateways work`} on this database (${others.map(({ address }) => address).join(", ")}).`);
}

/** The commit of the move is the configuration file: with the old one the source is the store, with the new one the target. */
async function finishMove({ configuration }: StorageParts, move: MoveParts, id: string, to: Place): Promise<void> {
  await endMove(move, id);
  await editConfig(configuration.path, [{ path: ["store", "url"], value: to.url ?? undefined }]);
  await leaveSource(move, id);
}

async function close(...ports: readonly SqlPort[]): Promise<void> {
  await Promise.allSettled(ports.map((port) => port.close()));
}

function switchOf(parts: StorageParts, move: MoveParts, id: string, to: Place): Switch {
  const base = { id, from: move.names.source, to: move.names.target };
  return {
    async finish() {
      try {
        await finishMove(parts, move, id, to);
        return { ...base, state: "done", at: parts.clock.now() };
      } catch (thrown) {
        const { code, message, cure } = toContinuoError(thrown);
        return { ...base, state: "failed", at: parts.clock.now(), error: { code, message, cure } };
      } finally {
        await close(move.source, move.target);
      }
    },
  };
}

async function moveTo(parts: StorageParts, target: string, signal: AbortSignal): Promise<MoveAnswer> {
  const [from, to] = [here(parts), there(parts, target)];
  await refuseShared(parts);
  await refuseOverruled(parts, to);
  const source = await from.open();
  const ports = [source];
  try {
    const opened = await to.open();
    ports.push(opened);
    const move: MoveParts = { source, target: opened, clock: parts.clock, names: { source: from.name, target: to.name }, newId: parts.ids.uuid, signal, onProgress: parts.onProgress };
    const { id, tables } = await carryOver(move);
    const answer = { id, from: from.name, to: to.name, tables };
    const ready = switchOf(parts, move, id, to);
    if (parts.handOver !== null) {
      await parts.handOver(ready, to.name);
      return { ...answer, switching: true };
    }
    const { error } = await ready.finish();
    if (error !== undefined) throw new ContinuoError(error.code as "MOVE_DIFFERS", error.message);
    return { ...answer, switching: false };
  } catch (error) {
    await close(...ports);
    throw error;
  }
}

async function statusOf(parts: StorageParts): Promise<StorageStatus> {
  const { store, clock, database, last } = parts;
  const [move] = await store.all(listMoves, {});
  const gateways = (await liveGateways(store, clock.now())).map(({ id, version, address, started_at }) => ({ id, version, address, startedAt: started_at }));
  const common = { location: here(parts).name, gateways, move: move === undefined ? null : { id: move.id, state: move.state, peer: move.peer, at: move.at }, last };
  if (database.url === null) {
    const bytes = ["", "-wal"].reduce((sum, suffix) => sum + (statSync(`${database.path}${suffix}`, { throwIfNoEntry: false })?.size ?? 0), 0);
    return { engine: "sqlite", bytes, schema: newestSchema(), ...common };
  }
  const port = await openPort(database.url);
  try {
    const bytes = Number((await port.ask("select pg_database_size(current_database())"))[0]?.[0]);
    return { engine: "postgres", bytes, schema: port.schema, ...common };
  } finally {
    await port.close();
  }
}

/** The database as a thing that can be looked at and moved, by a gateway or by a command in its place. */
export function createStorage(parts: StorageParts): StorageDesk & { stop(): void } {
  let running: AbortController | null = null;
  const cancelled = (): ContinuoError => new ContinuoError("CHANGE_BUSY", "The move was cancelled.");
  return {
    status: () => statusOf(parts),
    async move(to) {
      if (running !== null) throw new ContinuoError("CHANGE_BUSY", "A move is under way already.");
      running = new AbortController();
      try {
        return await moveTo(parts, to, running.signal);
      } finally {
        running = null;
      }
    },
    async cancel() {
      running?.abort(cancelled());
      const port = await here(parts).open();
      try {
        return { cancelled: await cancelMove(port) };
      } finally {
        await port.close();
      }
    },
    stop: () => running?.abort(cancelled()),
  };
}

/** Throws STORE_MOVED where everything has been moved to another database, or this one is half of a copy. */
export async function refuseMoved(store: Store): Promise<void> {
  const [move] = (await store.all(listMoves, {})) as readonly (MoveRow | undefined)[];
  if (move?.state === "moved") throw new ContinuoError("STORE_MOVED", `Everything in this database was moved to ${move.peer}.`);
  if (move?.state === "copying") throw new ContinuoError("STORE_MOVED", `This database is a copy of ${move.peer} that was not ended.`);
}
