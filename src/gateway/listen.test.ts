import assert from "node:assert/strict";
import { createServer } from "node:http";
import { test } from "node:test";
import { listenOn } from "./listen.ts";

test("a server that fails while it listens tells of it and goes on; one that cannot begin to listen is refused", async (t) => {
  const server = createServer();
  t.after(() => server.close());
  const heard: string[] = [];
  const { port } = await listenOn(server, "127.0.0.1", 0, ({ message }) => heard.push(message));
  server.emit("error", new Error("accept EMFILE"));
  server.emit("error", new Error("accept EMFILE"));
  assert.deepEqual(heard, ["accept EMFILE", "accept EMFILE"]);
  await assert.rejects(listenOn(createServer(), "127.0.0.1", port, () => assert.fail("it is told to whoever asked")), { code: "GATEWAY_PORT_TAKEN" });
});
