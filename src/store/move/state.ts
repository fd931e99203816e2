import { list, type SqlPort } from "../copy/sql-port.ts";
import type { Row } from "../copy/rows.ts";
import type { MoveRow } from "../tables.ts";

const COLUMNS = ["id", "role", "state", "peer", "table_name", "after_key", "rows", "at", "updated_at"] as const;

/** What this database is in a move; null while it is in none. */
export async function readMove(port: SqlPort): Promise<MoveRow | null> {
  const [row] = await port.ask(`select ${list(COLUMNS)} from moves order by updated_at desc limit 1`);
  return row === undefined ? null : (Object.fromEntries(COLUMNS.map((name, index) => [name, row[index] ?? null])) as unknown as MoveRow);
}

/** In a transaction. */
export async function writeMove(port: SqlPort, move: MoveRow): Promise<void> {
  await port.ask("delete from moves");
  await port.ask(`insert into moves (${list(COLUMNS)}) values (${COLUMNS.map(() => "?").join(", ")})`, COLUMNS.map((name) => move[name]) as Row);
}

/** In a transaction. */
export async function forgetMove(port: SqlPort): Promise<void> {
  await port.ask("delete from moves");
}
