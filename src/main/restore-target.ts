import { chmodSync, existsSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import type { Clock } from "../domain/clock.ts";
import type { RowSink, RowSource } from "../store/copy/rows.ts";
import { createRows } from "../store/engines/sqlite/copy/sink.ts";
import { openRows } from "../store/engines/sqlite/copy/source.ts";
import { foldJournal, openStore, openStoreAt } from "../store/open.ts";
import { replaceDatabase, SIDE_FILES, syncPath } from "./replace-database.ts";
import { withoutPassword } from "./storage.ts";

/** A database that is filled from a backup and is nobody's store before `place` has resolved. */
export interface RestoreTarget {
  /** Empty, with the tables of this schema. */
  open(schema: number): Promise<RowSink>;
  /** What was filled in, to be compared. */
  source(): RowSource;
  /** Brings it up to date as far as that can be done before it is anybody's. */
  prepare(): Promise<void>;
  /** It is the store from now on; answers where the one of before is now. */
  place(): Promise<string[]>;
  /** After something went wrong. */
  forget(): Promise<void>;
}

/** A file beside, which takes the other one's place. */
export function sqliteTarget(database: string, aside: string): RestoreTarget {
  const fresh = join(dirname(database), `${basename(database)}.restoring`);
  return {
    open: async (schema) => createRows(fresh, schema),
    source: () => openRows(fresh),
    async prepare() {
      await openStore(fresh).close();
      chmodSync(fresh, 0o600);
      syncPath(fresh);
    },
    async place() {
      // The old database takes its journal in before it goes; a damaged one may not be able to, and then both go.
      if (existsSync(database)) await foldJournal(database);
      const old = replaceDatabase(fresh, database, `${database}.${aside}`);
      return old === null ? [] : [old];
    },
    forget: async () => ["", ...SIDE_FILES].forEach((suffix) => rmSync(`${fresh}${suffix}`, { force: true })),
  };
}

/** An empty PostgreSQL database, filled in one transaction. */
export async function postgresTarget(url: string, clock: Clock): Promise<RestoreTarget> {
  const { fillPostgres } = await import("../store/engines/postgres/copy/sink.ts");
  let filling: Awaited<ReturnType<typeof fillPostgres>> | null = null;
  const filled = () => {
    if (filling === null) throw new Error("nothing was filled in");
    return filling;
  };
  return {
    async open(schema) {
      filling = await fillPostgres(url, withoutPassword(url), schema, clock.now());
      return filling.sink;
    },
    source: () => filled().source,
    prepare: async () => undefined,
    async place() {
      await filled().commit();
      await (await openStoreAt({ path: "", url, connections: 1, onError: () => undefined })).close();
      return [];
    },
    forget: async () => filling?.sink.abandon(),
  };
}
