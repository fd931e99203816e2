import type { Compilable, Kysely } from "kysely";
import type { Tables } from "./tables.ts";

export type DialectName = "sqlite" | "postgres";

/** The value that a caller gives under this name each time the statement runs. */
export type Param<P> = <K extends keyof P & string>(name: K) => P[K];

/**
 * One SQL statement, written once with the query builder, compiled once for each engine and prepared
 * once for each connection. `P` is what it takes, `R` the row that it returns. The few that the engines do not share ask
 * for the dialect.
 */
export interface Statement<P, R> {
  readonly build: (db: Kysely<Tables>, param: Param<P>, dialect: DialectName) => Compilable<R>;
}

export function statement<P, R = never>(
  build: (db: Kysely<Tables>, param: Param<P>, dialect: DialectName) => Compilable<R>,
): Statement<P, R> {
  return { build };
}

/** Stands where a value will be; the compiled statement's parameter list says which comes where. */
class ParamMarker {
  readonly name: string;
  constructor(name: string) {
    this.name = name;
  }
}

export interface CompiledStatement {
  readonly sql: string;
  /** Picks this statement's parameters out of the caller's object, in the order of the SQL text. */
  bind(params: Readonly<Record<string, unknown>>): unknown[];
}

export function compileStatement<P, R>(db: Kysely<Tables>, source: Statement<P, R>, dialect: DialectName): CompiledStatement {
  const param: Param<P> = (name) => new ParamMarker(name) as never;
  const { sql, parameters } = source.build(db, param, dialect).compile();
  const slots = parameters.map((value) => (value instanceof ParamMarker ? value.name : null));
  return {
    sql,
    bind(params) {
      return slots.map((name, i) => (name === null ? parameters[i] : params[name]));
    },
  };
}
