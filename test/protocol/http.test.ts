import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { connected, connect, rawClient, startHouse } from "./fixture.ts";
import type { RunningHouse } from "./fixture.ts";

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
}

/** A request as written: no client tidies the path. */
function ask(house: RunningHouse, path: string, options: { method?: string; headers?: Record<string, string> } = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: "127.0.0.1", port: house.at.port, path, method: options.method ?? "GET", headers: options.headers ?? {} }, (answer) => {
      const parts: Buffer[] = [];
      answer.on("data", (part: Buffer) => parts.push(part));
      answer.on("end", () => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: Buffer.concat(parts) }));
    });
    sent.on("error", reject);
    sent.end();
  });
}

const SCRIPT = "console.log('continuo');\n".repeat(200);

describe("the HTTP side (spec 11.6)", () => {
  const home = mkdtempSync(join(tmpdir(), "continuo-page-"));
  const uiDir = join(home, "dist");
  let house: RunningHouse;
  let readiness = { ready: true, failing: [] as string[] };
  before(async () => {
    mkdirSync(join(uiDir, "assets"), { recursive: true });
    writeFileSync(join(uiDir, "index.html"), "<!doctype html><title>Continuo</title>");
    writeFileSync(join(uiDir, "assets", "index-Ab3dEf9x.js"), SCRIPT);
    writeFileSync(join(uiDir, ".hidden"), "hidden");
    writeFileSync(join(home, "secret.txt"), "secret");
    symlinkSync(join(home, "secret.txt"), join(uiDir, "link.txt"));
    house = await startHouse({ options: { uiDir, ready: () => readiness } });
  });
  after(async () => {
    await house.close();
    rmSync(home, { recursive: true, force: true });
  });

  it("is alive on /health and /healthz, for GET and HEAD, without a token", async () => {
    for (const path of ["/health", "/healthz"]) {
      const { status, body } = await ask(house, path);
      assert.deepEqual([status, String(body)], [200, '{"ok":true,"status":"live"}']);
      const head = await ask(house, path, { method: "HEAD" });
      assert.deepEqual([head.status, head.body.length], [200, 0]);
    }
  });

  it("is ready or says what is not, to those on this machine", async () => {
    const ready = JSON.parse(String((await ask(house, "/readyz")).body));
    assert.deepEqual([ready.ready, ready.failing, typeof ready.uptimeMs], [true, [], "number"]);
    readiness = { ready: false, failing: ["telegram"] };
    const local = await ask(house, "/ready");
    assert.equal(local.status, 503);
    assert.deepEqual(JSON.parse(String(local.body)).failing, ["telegram"]);
    const far = await ask(house, "/ready", { headers: { "x-forwarded-for": "203.0.113.9" } });
    assert.deepEqual([far.status, String(far.body)], [503, '{"ready":false}']);
  });

  it("serves the page uncached and its hashed files for ever, packed as the browser likes", async () => {
    const page = await ask(house, "/");
    assert.equal(page.headers["content-type"], "text/html; charset=utf-8");
    assert.equal(page.headers["cache-control"], "no-cache");
    const br = await ask(house, "/assets/index-Ab3dEf9x.js", { headers: { "accept-encoding": "gzip, br" } });
    assert.equal(br.headers["cache-control"], "public, max-age=31536000, immutable");
    assert.equal(br.headers["content-encoding"], "br");
    assert.equal(String(brotliDecompressSync(br.body)), SCRIPT);
    const gz = await ask(house, "/assets/index-Ab3dEf9x.js", { headers: { "accept-encoding": "gzip" } });
    assert.equal(String(gunzipSync(gz.body)), SCRIPT);
    const plain = await ask(house, "/assets/index-Ab3dEf9x.js");
    assert.equal(String(plain.body), SCRIPT);
    const known = await ask(house, "/", { headers: { "if-none-match": String(page.headers.etag) } });
    assert.deepEqual([known.status, known.body.length], [304, 0]);
  });

  it("sends strict headers with everything", async () => {
    for (const path of ["/", "/healthz", "/nowhere"]) {
      const { headers } = await ask(house, path);
      assert.equal(headers["x-content-type-options"], "nosniff");
      assert.equal(headers["referrer-policy"], "no-referrer");
      assert.match(String(headers["content-security-policy"]), /^default-src 'none'; script-src 'self'; .*connect-src 'self' ws:\/\/127\.0\.0\.1:\d+ wss:\/\/127\.0\.0\.1:\d+; frame-ancestors 'none'/);
    }
  });

  it("never leaves the page's folder", async () => {
    const paths = ["/../secret.txt", "/assets/../../secret.txt", "/..%2fsecret.txt", "/%2e%2e/secret.txt", "/..\\secret.txt", "/link.txt", "/.hidden", "/%00", "/%", "/assets", "//etc/passwd", "/etc/passwd", "/index.html/"];
    for (const path of paths) {
      const { status, body } = await ask(house, path);
      assert.ok(status === 404 || status === 400, `${path} ${status}`);
      assert.ok(["Not Found", ""].includes(String(body)), path);
    }
  });

  it("answers 404 to what it does not have", async () => {
    for (const [method, path] of [["GET", "/nowhere"], ["POST", "/v1/chat/completions"], ["DELETE", "/healthz"]] as const) {
      const { status, body } = await ask(house, path, { method });
      assert.deepEqual([status, String(body)], [404, "Not Found"]);
    }
  });

  it("says how to build the page where it is missing", async () => {
    const bare = await startHouse();
    const { status, body } = await ask(bare, "/");
    assert.equal(status, 503);
    assert.match(String(body), /npm run build/);
    await bare.close();
  });

  it("P39 a page of a foreign origin gets no socket; our own and an allowed one do", async () => {
    const open = await startHouse({ settings: { allowedOrigins: ["https://gw.example.net"] } });
    for (const origin of ["https://evil.example", "null", "http://127.0.0.1:1", "file://", "https://gw.example.net.evil.example", `http://127.0.0.1:${open.at.port}@evil.example`]) {
      const client = rawClient(open.at, { headers: { origin } });
      const { promise, resolve } = Promise.withResolvers<number>();
      client.socket.on("unexpected-response", (_request, answer) => {
        resolve(answer.statusCode ?? 0);
        answer.resume();
      });
      assert.equal(await promise, 403, origin);
    }
    for (const origin of [open.at.url, "https://gw.example.net"]) {
      const client = rawClient(open.at, { headers: { origin } });
      assert.equal((await connect(client)).ok, true, origin);
      client.socket.close();
    }
    await open.close();
  });

  it("P39 a loopback gateway answers to this machine's names alone", async () => {
    for (const host of ["evil.example", `rebound.example:${house.at.port}`, "127.0.0.1.evil.example", "10.0.0.1"]) {
      assert.equal((await ask(house, "/", { headers: { host } })).status, 403, host);
      const client = rawClient(house.at, { headers: { host } });
      assert.equal((await client.closed).code, 1006, host);
    }
    for (const host of ["localhost", `127.0.0.1:${house.at.port}`, "[::1]:18789"]) {
      assert.equal((await ask(house, "/", { headers: { host } })).status, 200, host);
    }
    const proxied = await startHouse({ settings: { allowedOrigins: ["https://gw.example.net"] } });
    assert.equal((await ask(proxied, "/healthz", { headers: { host: "gw.example.net" } })).status, 200);
    await proxied.close();
  });

  it("serves page and socket on one port", async () => {
    const client = await connected(house.at);
    assert.equal((await ask(house, "/")).status, 200);
    client.socket.close();
  });
});
