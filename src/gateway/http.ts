import { Hono } from "hono";
import type { Context } from "hono";
import type { HttpBindings } from "@hono/node-server";
import { createAssets } from "./assets.ts";
import type { Asset } from "./assets.ts";
import { addMedia, type MediaRoute } from "./media-route.ts";
import type { GatewayLog, Readiness } from "./options.ts";
import { isKnownHost, peerOf } from "./origin.ts";

export interface HttpContext {
  /** Null: the page is switched off. */
  readonly uiDir: string | null;
  readonly boundTo: string;
  readonly log: GatewayLog;
  allowedOrigins(): readonly string[];
  ready(): Readiness;
  uptimeMs(): number;
  /** Prometheus' figures; absent: there are none. */
  readonly metrics?: (() => Promise<{ readonly contentType: string; readonly body: string }>) | undefined;
  /** What was sent with messages; absent: there is none. */
  readonly media?: MediaRoute | undefined;
}

type Env = { Bindings: HttpBindings };

const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "x-frame-options": "DENY",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
};

/** The page talks to the gateway that served it and to nobody else; not every browser counts its WebSocket as `self`. */
function contentSecurityPolicy(host: string): string {
  const sockets = /^[\w.:[\]-]+$/.test(host) ? ` ws://${host} wss://${host}` : "";
  return `default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'${sockets}; frame-ancestors 'none'; base-uri 'none'; form-action 'none'`;
}

/** Somebody's file does nothing and loads nothing, should it ever be opened by itself. */
const FOREIGN_CONTENT = "default-src 'none'; sandbox; frame-ancestors 'none'";

const NOT_BUILT = `<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Continuo</title>
<h1>The gateway is running; its page has not been built.</h1>
<p>Run <code>npm run build</code> in the folder of Continuo, then load this page again.</p>
<p>Chat clients can connect to this address already.</p></html>
`;

function sendAsset(c: Context<Env>, asset: Asset): Response {
  const headers: Record<string, string> = {
    "content-type": asset.type,
    "cache-control": asset.immutable ? "public, max-age=31536000, immutable" : "no-cache",
    etag: asset.etag,
    vary: "Accept-Encoding",
    ...(asset.encoding === null ? {} : { "content-encoding": asset.encoding }),
  };
  if (c.req.header("if-none-match") === asset.etag) return c.body(null, 304, headers);
  return c.body(new Uint8Array(asset.body), 200, headers);
}

function addHealth(app: Hono<Env>, context: HttpContext): void {
  for (const path of ["/health", "/healthz"]) app.get(path, (c) => c.json({ ok: true, status: "live" }));
  for (const path of ["/ready", "/readyz"]) {
    app.get(path, (c) => {
      const { ready, failing } = context.ready();
      const status = ready ? 200 : 503;
      // What is not ready concerns those on this machine; others learn only that it is so.
      if (!peerOf(c.env.incoming).local) return c.json({ ready }, status);
      return c.json({ ready, failing, uptimeMs: context.uptimeMs() }, status);
    });
  }
}

/** For those on this machine: a collector that runs elsewhere comes through a proxy that asks who it is. */
function addMetrics(app: Hono<Env>, { metrics }: HttpContext): void {
  app.get("/metrics", async (c) => {
    if (metrics === undefined || !peerOf(c.env.incoming).local) return c.text("Not Found", 404);
    const { contentType, body } = await metrics();
    return c.body(body, 200, { "content-type": contentType });
  });
}

/** The HTTP half of the gateway: the page, health, readiness; everything else is 404 (spec 11.6). */
export function createHttp(context: HttpContext): Hono<Env> {
  const app = new Hono<Env>();
  const assets = context.uiDir === null ? null : createAssets(context.uiDir);

  app.use(async (c, next) => {
    if (isKnownHost(c.req.header("host"), context.boundTo, context.allowedOrigins())) await next();
    else c.res = c.text("Forbidden: this host name is not the gateway's. Add its origin to gateway.controlUi.allowedOrigins.", 403);
    c.res.headers.set("content-security-policy", c.req.path.startsWith("/media/") ? FOREIGN_CONTENT : contentSecurityPolicy(c.req.header("host") ?? ""));
    for (const [name, value] of Object.entries(SECURITY_HEADERS)) c.res.headers.set(name, value);
    if (!c.res.headers.has("cache-control")) c.res.headers.set("cache-control", "no-store");
  });
  addHealth(app, context);
  addMetrics(app, context);
  if (context.media !== undefined) addMedia(app, context.media);
  app.get("*", async (c) => {
    if (assets === null) return c.text("Not Found", 404);
    const { pathname } = new URL(c.req.url);
    const asset = await assets.find(pathname, c.req.header("accept-encoding") ?? "");
    if (asset !== null) return sendAsset(c, asset);
    return pathname === "/" || pathname === "/index.html" ? c.html(NOT_BUILT, 503) : c.text("Not Found", 404);
  });
  app.notFound((c) => c.text("Not Found", 404));
  app.onError((error, c) => {
    context.log.error({ err: error, path: c.req.path }, "an HTTP request failed");
    return c.text("Internal Server Error", 500);
  });
  return app;
}
