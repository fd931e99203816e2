import type { ColumnDefinitionBuilder, CreateTableBuilder } from "kysely";
import type { DialectName } from "../statement.ts";

export const required = (column: ColumnDefinitionBuilder) => column.notNull();
export const zero = (column: ColumnDefinitionBuilder) => column.notNull().defaultTo(0);
export const primary = (column: ColumnDefinitionBuilder) => column.notNull().primaryKey();

/** A number that only grows, given by the engine: the order of acceptance. */
export function counter<T extends string, C extends string>(table: CreateTableBuilder<T, C>, dialect: DialectName) {
  return dialect === "sqlite"
    ? table.addColumn("seq", "integer", (column) => column.primaryKey().autoIncrement())
    : table.addColumn("seq", "bigserial", (column) => column.primaryKey());
}

/** Where something came from: never rewritten. */
export function transport<T extends string, C extends string>(table: CreateTableBuilder<T, C>) {
  return table
    .addColumn("channel", "text", required)
    .addColumn("account", "text", required)
    .addColumn("chat", "text", required)
    .addColumn("thread", "text");
}
