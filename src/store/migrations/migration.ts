import type { Compilable, Kysely } from "kysely";
import type { DialectName } from "../statement.ts";
import type { Tables } from "../tables.ts";

export interface Migration {
  readonly name: string;
  /** An older version of Continuo would do harm to what this one makes: it must not run beside it any more. */
  readonly breaking?: boolean;
  /** The steps in order, written with the schema builder so that every engine can run them. */
  up(db: Kysely<Tables>, dialect: DialectName): readonly Compilable[];
}
