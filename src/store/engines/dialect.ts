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
} from "kysely";
import type { Tables } from "../tables.ts";

/** A query builder that only compiles: statements are run by the engine itself, prepared. */
export function sqliteBuilder(): Kysely<Tables> {
  return new Kysely<Tables>({
    dialect: {
      createAdapter: () => new SqliteAdapter(),
      createDriver: () => new DummyDriver(),
      createIntrospector: (db) => new SqliteIntrospector(db),
      createQueryCompiler: () => new SqliteQueryCompiler(),
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
