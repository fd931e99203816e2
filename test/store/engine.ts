/** Which engine this run is about: `CONTINUO_TEST_ENGINE=postgres`, or SQLite. */
export type Engine = "sqlite" | "postgres";

export function engineOf(env: NodeJS.ProcessEnv = process.env): Engine {
  const named = env["CONTINUO_TEST_ENGINE"] ?? "sqlite";
  if (named !== "sqlite" && named !== "postgres") throw new Error(`CONTINUO_TEST_ENGINE is "${named}"; it can be sqlite or postgres.`);
  return named;
}

export const ENGINE: Engine = engineOf();

/** For a test of SQLite's own file: it is left out on other engines, and the run's last lines say why. */
export function sqliteOnly(why: string): { readonly skip: string | false } {
  return { skip: ENGINE === "sqlite" ? false : `SQLite only: ${why}` };
}

/** For a test of what only several gateways on one server meet. */
export function postgresOnly(why: string): { readonly skip: string | false } {
  return { skip: ENGINE === "postgres" ? false : `PostgreSQL only: ${why}` };
}

/** For a test of what goes from one engine to the other: it has stores of both, and runs where there is a server. */
export function betweenEngines(what: string): { readonly skip: string | false } {
  return { skip: ENGINE === "postgres" ? false : `Both engines: ${what}` };
}
