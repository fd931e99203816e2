import assert from "node:assert/strict";
import { test } from "node:test";
import { parseConfig } from "../config/index.ts";
import { secretsOf, tailnetHost } from "./startup.ts";

test("bind tailnet listens on the tailnet's address alone, and on loopback where there is none", () => {
  const home = { lo: [{ address: "127.0.0.1" }], eth0: [{ address: "192.168.1.5" }, { address: "100.128.0.1" }] };
  assert.equal(tailnetHost(home), "127.0.0.1");
  assert.equal(tailnetHost({ ...home, tailscale0: [{ address: "fd7a:115c:a1e0::1" }, { address: "100.101.102.103" }] }), "100.101.102.103");
});

test("what is kept out of the log is what the configuration calls secret: tokens, keys, headers, variables", () => {
  const { config } = parseConfig({
    gateway: { auth: { token: "the-gateways-token" } },
    channels: { telegram: { botToken: "12345:telegram-token", allowFrom: ["12345678901"] } },
    models: { providers: { x: { baseUrl: "http://127.0.0.1:1", apiKey: "sk-the-key", headers: { "X-Team": "header-secret" } } } },
    env: { ANYTHING: "variable-secret" },
  }, "openclaw.json");
  assert.deepEqual(secretsOf(config).toSorted(), ["12345:telegram-token", "header-secret", "sk-the-key", "the-gateways-token", "variable-secret"].toSorted());
});
