import type { HttpBindings } from "@hono/node-server";
import type { Context, Hono } from "hono";
import type { FailureLimit } from "./failures.ts";
import type { AuthSettings, ReadMedia } from "./options.ts";
import { peerOf } from "./origin.ts";
import { sameSecret, sharedSecret } from "./secrets.ts";

export interface MediaRoute {
  readonly read: ReadMedia;
  readonly failures: FailureLimit;
  auth(): AuthSettings;
}

type Env = { Bindings: HttpBindings };

/** What a browser shows without running anything of it; every other type is only ever saved. */
const SHOWN = /^(?:image\/(?:png|jpeg|gif|webp|avif|bmp)|audio\/[\w.+-]+|video\/[\w.+-]+)$/;

/** The same secret that opens a socket, in the header that no foreign page can send. */
function refusal(c: Context<Env>, { auth, failures }: MediaRoute): Response | null {
  const peer = peerOf(c.env.incoming);
  const settings = auth();
  if (settings.mode === "none") return peer.local ? null : c.text("Unauthorized", 401);
  const waitMs = failures.waitMs(peer.address);
  if (waitMs > 0) return c.text("Too many failed attempts", 429, { "retry-after": String(Math.ceil(waitMs / 1_000)) });
  const [, shown = ""] = /^Bearer (.+)$/i.exec(c.req.header("authorization") ?? "") ?? [];
  const expected = sharedSecret(settings);
  if (expected !== null && shown !== "" && sameSecret(shown, expected)) return null;
  if (shown !== "") failures.record(peer.address, JSON.stringify([shown]));
  return c.text("Unauthorized", 401, { "www-authenticate": "Bearer" });
}

/** `GET /media/<ref>` (docs/protocol.md, HTTP): somebody's file, which must never act in the page's name. */
export function addMedia(app: Hono<Env>, route: MediaRoute): void {
  app.get("/media/:ref{[0-9a-f]{64}}", async (c) => {
    const refused = refusal(c, route);
    if (refused !== null) return refused;
    const ref = c.req.param("ref");
    const found = await route.read(ref);
    if (found === null) return c.text("Not Found", 404);
    const isShown = SHOWN.test(found.type);
    const headers = {
      "content-type": isShown ? found.type : "application/octet-stream",
      "content-disposition": `${isShown ? "inline" : "attachment"}; filename="${ref.slice(0, 12)}"`,
      // What is taken back is gone: it is asked for each time, and sent once.
      "cache-control": "private, no-cache",
      etag: `"${ref}"`,
      vary: "Authorization",
    };
    if (c.req.header("if-none-match") === headers.etag) return c.body(null, 304, headers);
    return c.body(new Uint8Array(found.bytes), 200, headers);
  });
}
