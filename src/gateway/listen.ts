import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { ContinuoError } from "../domain/errors.ts";

export interface Listening {
  readonly host: string;
  readonly port: number;
  /** What a browser on this machine opens. */
  readonly url: string;
}

function listenError(error: NodeJS.ErrnoException, host: string, port: number): ContinuoError {
  const details = { fields: { host, port }, cause: error };
  if (error.code === "EADDRINUSE") return new ContinuoError("GATEWAY_PORT_TAKEN", `Port ${port} on ${host} is already in use.`, details);
  if (error.code === "EACCES") return new ContinuoError("GATEWAY_PORT_TAKEN", `Port ${port} on ${host} may not be opened by this user.`, details);
  if (error.code === "EADDRNOTAVAIL" || error.code === "ENOTFOUND") {
    return new ContinuoError("CONFIG_INVALID", `gateway.bind: this machine has no address ${host}.`, details);
  }
  return new ContinuoError("INTERNAL", `The gateway cannot listen on ${host}:${port}.`, details);
}

function urlOf(host: string, port: number): string {
  if (host === "0.0.0.0" || host === "::") return `http://127.0.0.1:${port}`;
  return `http://${host.includes(":") ? `[${host}]` : host}:${port}`;
}

/**
 * `onError` hears of what goes wrong later (too many open files), which would else end the process. Throws
 * GATEWAY_PORT_TAKEN with the port, or CONFIG_INVALID for an address that is not here.
 */
export function listenOn(server: Server, host: string, port: number, onError: (error: Error) => void): Promise<Listening> {
  return new Promise((resolve, reject) => {
    const failed = (error: NodeJS.ErrnoException): void => reject(listenError(error, host, port));
    server.once("error", failed);
    server.listen({ host, port }, () => {
      server.on("error", onError);
      server.off("error", failed);
      const { port: bound } = server.address() as AddressInfo;
      resolve({ host, port: bound, url: urlOf(host, bound) });
    });
  });
}
