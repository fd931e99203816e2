import { join } from "node:path";
import { existsSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";

export type Engine = "sqlite" | "postgres";

export type Row = Readonly<Record<string, unknown>>;

/** The store of a town, as somebody sees it who is no gateway: what is committed, and nothing else. */
export interface Archive {
  /** Null where there is no server: SQLite is a file. */
  readonly port: number | null;
  urlAt(port: number): string;
  rows(sql: string): Promise<Row[]>;
  /** Ends the server, or its connections; resolves once it is back. */
  harm(what: Harm): Promise<void>;
  close(): Promise<void>;
}

export type Harm = "kill" | "shutdown" | "terminate";

function openFile(stateDir: string): Archive {
  const path = join(stateDir, "continuo", "continuo.sqlite");
  return {
    port: null,
    urlAt: () => "",
    async rows(sql) {
      if (!existsSync(path)) return [];
      const database = new DatabaseSync(path, { readOnly: true });
      try {
        database.exec("pragma busy_timeout = 5000");
        return database.prepare(sql).all() as Row[];
      } finally {
        database.close();
      }
    },
    harm: () => Promise.reject(new Error("a file has no server to harm")),
    close: async () => undefined,
  };
}

export async function openArchive(engine: Engine, stateDir: string): Promise<Archive> {
  if (engine === "sqlite") return openFile(stateDir);
  throw new Error("there is no PostgreSQL to keep it in yet");
}
