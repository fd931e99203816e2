import type { QueryConfig, QueryResult } from "pg";
import { compileStatement, type CompiledStatement, type Statement } from "../../statement.ts";
import type { Executor } from "../../store.ts";
import { postgresBuilder } from "../dialect.ts";
import { translatePostgresError } from "./errors.ts";

export interface PreparedStatement extends CompiledStatement {
  /** Under this name each connection prepares it once. */
  readonly name: string;
}

export type Prepare = <P, R>(source: Statement<P, R>) => PreparedStatement;

/** Compiles each statement once for this process. */
export function createPrepare(): Prepare {
  const builder = postgresBuilder();
  const cache = new Map<object, PreparedStatement>();
  return (source) => {
    const known = cache.get(source);
    if (known) return known;
    const prepared = { ...compileStatement(builder, source, "postgres"), name: `continuo_${cache.size}` };
    cache.set(source, prepared);
    return prepared;
  };
}

/** PostgreSQL's text has no NUL: it becomes what any other character is that cannot be shown. */
function storable(value: unknown): unknown {
  return typeof value === "string" && value.includes("\0") ? value.replaceAll("\0", "\uFFFD") : value;
}

export function createExecutor(prepare: Prepare, query: (config: QueryConfig) => Promise<QueryResult>): Executor {
  const perform = async <P, R>(source: Statement<P, R>, params: P): Promise<QueryResult> => {
    try {
      const { name, sql, bind } = prepare(source);
      return await query({ name, text: sql, values: bind(params as Readonly<Record<string, unknown>>).map(storable) });
    } catch (error) {
      throw translatePostgresError(error);
    }
  };
  return {
    all: async <P, R>(source: Statement<P, R>, params: P) => (await perform(source, params)).rows as R[],
    get: async <P, R>(source: Statement<P, R>, params: P) => (await perform(source, params)).rows[0] as R | undefined,
    run: async (source, params) => (await perform(source, params)).rowCount ?? 0,
  };
}
