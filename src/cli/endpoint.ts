import type { CliDeps, GatewayFile } from "./deps.ts";

export interface Endpoint {
  /** `ws://127.0.0.1:18789` */
  readonly url: string;
  readonly token: string | null;
  readonly password: string | null;
  /** The gateway that says it holds the state directory, when one does and its process lives. */
  readonly holder: GatewayFile | null;
}

/** An address to connect to: a gateway that listens everywhere is reached on loopback. */
function reachableHost(host: string): string {
  if (host === "0.0.0.0" || host === "") return "127.0.0.1";
  return host === "::" ? "::1" : host;
}

/** `127.0.0.1:18789`, `[::1]:18789`. */
export function hostPort({ host, port }: { readonly host: string; readonly port: number }): string {
  const reachable = reachableHost(host);
  return `${reachable.includes(":") ? `[${reachable}]` : reachable}:${port}`;
}

function ifAlive(deps: CliDeps, found: GatewayFile | null): GatewayFile | null {
  return found !== null && deps.daemon.isAlive(found.pid) ? found : null;
}

export function liveHolder(deps: CliDeps): GatewayFile | null {
  return ifAlive(deps, deps.daemon.holder());
}

/** The address of the page, `http://127.0.0.1:18789/`; with the token in its fragment, which no server ever sees. */
export function pageOf({ url, token }: Pick<Endpoint, "url" | "token">, withToken: boolean): string {
  const page = `${url.replace(/^ws/, "http").replace(/\/$/, "")}/`;
  return withToken && token !== null ? `${page}#token=${encodeURIComponent(token)}` : page;
}

/** Where the gateway is: what the running one wrote down, else what the configuration says (`gateway.remote` in remote mode). */
export async function findEndpoint(deps: CliDeps): Promise<Endpoint> {
  const gateway = await deps.settings.reach();
  // To look at the lock is 3 MB of SQLite. Whoever connects sees by itself whether a gateway answers; only the choice
  // between this machine and another one has to be right before.
  const holder = gateway.mode === "remote" ? liveHolder(deps) : ifAlive(deps, deps.daemon.announced());
  const remote = gateway.mode === "remote" && holder === null ? gateway.remote : undefined;
  const auth = remote ?? gateway.auth;
  return {
    url: remote?.url ?? `ws://${hostPort(holder ?? { host: "127.0.0.1", port: gateway.port })}`,
    token: auth.token ?? null,
    password: auth.password ?? null,
    holder,
  };
}
