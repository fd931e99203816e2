import assert from "node:assert/strict";
import { test } from "node:test";
import { tailnetHost } from "./startup.ts";

test("bind tailnet listens on the tailnet's address alone, and on loopback where there is none", () => {
  const home = { lo: [{ address: "127.0.0.1" }], eth0: [{ address: "192.168.1.5" }, { address: "100.128.0.1" }] };
  assert.equal(tailnetHost(home), "127.0.0.1");
  assert.equal(tailnetHost({ ...home, tailscale0: [{ address: "fd7a:115c:a1e0::1" }, { address: "100.101.102.103" }] }), "100.101.102.103");
});
