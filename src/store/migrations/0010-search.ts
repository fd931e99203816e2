import { sql, type Compilable, type Kysely } from "kysely";
import type { DialectName } from "../statement.ts";
import type { Tables } from "../tables.ts";
import { counter, primary, required, zero } from "./columns.ts";
import type { Migration } from "./migration.ts";

/** What is said from now on gets numbers from here upwards, what was said before from here downwards. */
const MIDDLE = 2 ** 30;

/** What an entry has that the index goes by. */
const INDEXED = ["session_key", "role", "text"];

function tables(db: Kysely<Tables>, dialect: DialectName) {
  const docs = db.schema
    .createTable("search_docs")
    .addColumn("doc", dialect === "sqlite" ? "integer" : "bigint", primary)
    .addColumn("entry_id", "text", required)
    .addColumn("version", "integer", required);
  return [
    dialect === "sqlite" ? docs : docs.addColumn("words", sql`tsvector`, required),
    db.schema.createIndex("search_docs_by_entry").unique().on("search_docs").column("entry_id"),
    counter(db.schema.createTable("search_queue"), dialect).addColumn("entry_id", "text", required),
    db.schema
      .createTable("search_state")
      .addColumn("id", "integer", primary)
      .addColumn("version", "integer", required)
      .addColumn("noting", "integer", zero)
      .addColumn("filled_to", "text")
      .addColumn("filled_at", "bigint")
      .addColumn("next_doc", "bigint", required)
      .addColumn("first_doc", "bigint", required),
    db.insertInto("search_state").values({ id: sql.lit(1), version: sql.lit(0), noting: sql.lit(0), next_doc: sql.lit(MIDDLE), first_doc: sql.lit(MIDDLE) }),
  ];
}

const NOTING = "exists (select 1 from search_state where noting = 1)";

/** The words alone, each a text of its own that needs no tokeniser but for the spaces; what was said stands in `entries`. */
function sqliteIndex(): string[] {
  const note = (row: string): string => `insert into search_queue (entry_id) values (${row}.id)`;
  const trigger = (event: string, when: string, body: string): string => `create trigger search_${event} after ${event}${event === "update" ? ` of ${INDEXED.join(", ")}` : ""} on entries when ${when} begin ${body}; end`;
  const differs = INDEXED.map((column) => `old.${column} is not new.${column}`).join(" or ");
  return [
    "create virtual table search_words using fts5(words, content = '', contentless_delete = 1, tokenize = 'ascii', prefix = '3')",
    "create view search_index as select doc, entry_id, version, '' as words from search_docs",
    `create trigger search_index_put instead of insert on search_index begin
      insert or replace into search_docs (doc, entry_id, version) values (new.doc, new.entry_id, new.version);
      insert or replace into search_words (rowid, words) values (new.doc, new.words);
    end`,
    "create trigger search_docs_gone after delete on search_docs begin delete from search_words where rowid = old.doc; end",
    trigger("insert", NOTING, note("new")),
    trigger("delete", NOTING, note("old")),
    trigger("update", `(${differs}) and ${NOTING}`, note("new")),
  ];
}

function postgresIndex(): string[] {
  const differs = INDEXED.map((column) => `old.${column} is distinct from new.${column}`).join(" or ");
  return [
    // What waits to be put in order is read by each search: it is kept small.
    "create index search_docs_by_word on search_docs using gin (words) with (gin_pending_list_limit = 256)",
    `create function continuo_note_said() returns trigger language plpgsql as $$
    begin
      if ${NOTING} then
        if TG_OP = 'DELETE' then
          insert into search_queue (entry_id) values (OLD.id);
        else
          insert into search_queue (entry_id) values (NEW.id);
        end if;
      end if;
      return null;
    end $$`,
    "create trigger search_added after insert or delete on entries for each row execute function continuo_note_said()",
    `create trigger search_changed after update of ${INDEXED.join(", ")} on entries for each row when (${differs}) execute function continuo_note_said()`,
  ];
}

function index(db: Kysely<Tables>, dialect: DialectName): Compilable[] {
  return (dialect === "sqlite" ? sqliteIndex() : postgresIndex()).map((text) => ({ compile: () => sql.raw<never>(text).compile(db) }));
}

/**
 * What was said, by its words. Whoever writes an entry leaves a note of it, whether they think of it or not, once the index is
 * being made: a new store, and one that is being filled from a copy, has none.
 */
export const search: Migration = {
  name: "0010-search",
  up: (db, dialect) => [...tables(db, dialect), ...index(db, dialect)],
};
