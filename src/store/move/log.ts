import type { Row, TableShape } from "../copy/rows.ts";
import { quoted, type SqlPort } from "../copy/sql-port.ts";

/** What has changed since a move began: `key` is JSON. It is there for as long as the move takes. */
const LOG = "move_log";

const LOG_TABLE = {
  sqlite: `create table if not exists ${LOG} (seq integer primary key autoincrement, table_name text not null, key text not null)`,
  postgres: `create table if not exists ${LOG} (seq bigserial primary key, table_name text not null, key text not null)`,
} as const;

/** Of a row that gets another key, both are noted. */
const POSTGRES_FUNCTION = `create or replace function continuo_log_move() returns trigger language plpgsql as $$
declare
  was text;
  becomes text;
begin
  if TG_OP <> 'INSERT' then
    select jsonb_agg(to_jsonb(OLD) -> c order by o)::text into was from unnest(TG_ARGV) with ordinality as named (c, o);
    insert into ${LOG} (table_name, key) values (TG_TABLE_NAME, was);
  end if;
  if TG_OP <> 'DELETE' then
    select jsonb_agg(to_jsonb(NEW) -> c order by o)::text into becomes from unnest(TG_ARGV) with ordinality as named (c, o);
    if was is distinct from becomes then
      insert into ${LOG} (table_name, key) values (TG_TABLE_NAME, becomes);
    end if;
  end if;
  return null;
end $$`;

function sqliteTriggers({ name, key }: TableShape): string[] {
  const noted = (row: "new" | "old"): string => `select '${name}', json_array(${key.map((column) => `${row}.${quoted(column)}`).join(", ")})`;
  const note = `insert into ${LOG} (table_name, key)`;
  const sameKey = key.map((column) => `old.${quoted(column)} is new.${quoted(column)}`).join(" and ");
  const trigger = (event: string, body: string): string => `create trigger if not exists move_${event}_${name} after ${event} on ${quoted(name)} begin ${body}; end`;
  return [trigger("insert", `${note} ${noted("new")}`), trigger("delete", `${note} ${noted("old")}`), trigger("update", `${note} ${noted("new")}; ${note} ${noted("old")} where not (${sameKey})`)];
}

function postgresTrigger({ name, key }: TableShape): string {
  return `create or replace trigger move_log_${name} after insert or update or delete on ${quoted(name)} for each row execute function continuo_log_move(${key.map((column) => `'${column}'`).join(", ")})`;
}

/** One table a transaction: several would wait for a gateway that has them in another order, and it for them. */
async function runEach(port: SqlPort, groups: readonly (readonly string[])[]): Promise<void> {
  for (const group of groups) {
    await port.transaction(async () => {
      for (const sql of group) await port.ask(sql);
    });
  }
}

/** From now on every change is noted, whoever makes it. */
export async function startLog(port: SqlPort): Promise<void> {
  const tables = await port.shapes();
  const isPostgres = port.engine === "postgres";
  await runEach(port, [[LOG_TABLE[port.engine], ...(isPostgres ? [POSTGRES_FUNCTION] : [])], ...tables.map((table) => (isPostgres ? [postgresTrigger(table)] : sqliteTriggers(table)))]);
}

/** Nothing is noted any more. */
export async function endLog(port: SqlPort): Promise<void> {
  const tables = await port.shapes();
  const isPostgres = port.engine === "postgres";
  const triggers = tables.map(({ name }) => (isPostgres ? [`drop trigger if exists move_log_${name} on ${quoted(name)}`] : ["insert", "delete", "update"].map((event) => `drop trigger if exists move_${event}_${name}`)));
  await runEach(port, [...triggers, [...(isPostgres ? ["drop function if exists continuo_log_move()"] : []), `drop table if exists ${LOG}`]]);
}

export interface Noted {
  /** The numbers of the notes, to be forgotten once what they say is done. */
  readonly seqs: readonly number[];
  /** Keys by table, each once. */
  readonly keys: ReadonlyMap<string, readonly Row[]>;
}

/** All that is noted and was not forgotten. */
export async function readLog(port: SqlPort): Promise<Noted> {
  const rows = await port.ask(`select seq, table_name, key from ${LOG} order by seq`);
  const keys = new Map<string, Map<string, Row>>();
  for (const [, table, key] of rows) {
    const known = keys.get(String(table)) ?? new Map<string, Row>();
    keys.set(String(table), known.set(String(key), JSON.parse(String(key)) as Row));
  }
  return { seqs: rows.map(([seq]) => Number(seq)), keys: new Map([...keys].map(([table, found]) => [table, [...found.values()]])) };
}

/** Notes are forgotten by their numbers: one with a lower number may still be on its way in a transaction. */
export async function forgetLog(port: SqlPort, seqs: readonly number[]): Promise<void> {
  const AT_ONCE = 500;
  for (let from = 0; from < seqs.length; from += AT_ONCE) {
    const part = seqs.slice(from, from + AT_ONCE);
    await port.transaction(async () => void (await port.ask(`delete from ${LOG} where seq in (${part.map(() => "?").join(", ")})`, part)));
  }
}

export async function countLog(port: SqlPort): Promise<number> {
  return Number((await port.ask(`select count(*) from ${LOG}`))[0]?.[0]);
}

