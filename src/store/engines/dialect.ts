import {
  DummyDriver,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
  type CastNode,
  type DataTypeNode,
  type LimitNode,
  ValueNode,
} from "kysely";
import type { Tables } from "../tables.ts";

/**
 * SQLite plans a statement anew each time that the parameter of its `limit` is bound, since the number may speak for another
 * plan: that costs more than most of our statements. A number that is always the same stands in the text; what a caller gives
 * is no bare parameter.
 */
class PlannedOnceCompiler extends SqliteQueryCompiler {
  protected override visitLimit({ limit }: LimitNode): void {
    if (!ValueNode.is(limit)) return super.visitLimit({ kind: "LimitNode", limit });
    this.append("limit ");
    if (typeof limit.value === "number") return this.append(String(limit.value));
    this.append("cast(");
    this.visitNode(limit);
    this.append(" as integer)");
  }
}

/** A query builder that only compiles: statements are run by the engine itself, prepared. */
export function sqliteBuilder(): Kysely<Tables> {
  return new Kysely<Tables>({
    dialect: {
      createAdapter: () => new SqliteAdapter(),
      createDriver: () => new DummyDriver(),
      createIntrospector: (db) => new SqliteIntrospector(db),
      createQueryCompiler: () => new PlannedOnceCompiler(),
    },
  });
}

/** Texts compare byte by byte, as in SQLite, whatever the language of the server: keys and ids are opaque (A2). */
class BytewiseCompiler extends PostgresQueryCompiler {
  #isColumn = true;

  protected override visitCast(node: CastNode): void {
    this.#isColumn = false;
    super.visitCast(node);
    this.#isColumn = true;
  }

  protected override visitDataType(node: DataTypeNode): void {
    super.visitDataType(node);
    if (this.#isColumn && node.dataType === "text") this.append(' collate "C"');
  }
}

/** The same for PostgreSQL. */
export function postgresBuilder(): Kysely<Tables> {
  return new Kysely<Tables>({
    dialect: {
      createAdapter: () => new PostgresAdapter(),
      createDriver: () => new DummyDriver(),
      createIntrospector: (db) => new PostgresIntrospector(db),
      createQueryCompiler: () => new BytewiseCompiler(),
    },
  });
}
