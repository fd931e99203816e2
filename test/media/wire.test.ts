import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { connected, TOKEN } from "../protocol/fixture.ts";
import type { Fields, Frame, RawClient } from "../protocol/fixture.ts";
import { assertOfficial } from "../protocol/official-schemas.ts";
import { startLineHouse } from "../protocol/line-house.ts";
import type { LineHouse } from "../protocol/line-house.ts";
import { png, refOf } from "./pictures.ts";

const MIN_SAID = { type: "image", mimeType: "image/png", fileName: "cat.png" };

function get(house: LineHouse, path: string, headers: Readonly<Record<string, string>> = { authorization: `Bearer ${TOKEN}` }): Promise<Response> {
  return fetch(`${house.at.url}${path}`, { headers });
}

describe("files over the wire (spec 11.3)", () => {
  let house: LineHouse;
  let client: RawClient;
  before(async () => {
    house = await startLineHouse();
    client = await connected(house.at, { scopes: ["operator.admin"] });
  });
  after(() => house.close());

  const ended = (runId: string): Promise<Frame> => client.find(({ event, payload }) => event === "chat" && String(payload?.runId) === runId && String(payload?.state) === "final");
  const send = async (runId: string, message: string, attachments: readonly object[]): Promise<Frame> => {
    const params = { sessionKey: "main", message, idempotencyKey: runId, attachments };
    assertOfficial("ChatSendParams", params);
    const sent = await client.ask("chat.send", params);
    if (sent.ok) await ended(runId);
    return sent;
  };
  const last = async (): Promise<Fields> => {
    const { payload } = await client.ask("chat.history", { sessionKey: "main", limit: 2 });
    const messages = payload?.messages as unknown as readonly Fields[] | undefined;
    return messages?.[0] ?? {};
  };

  it("chat.send takes attachments as OpenClaw's clients send them; the model is shown the image, and history has a reference", async () => {
    const bytes = png(1, 30_000);
    assert.equal((await send("a", "what is this?", [{ ...MIN_SAID, content: bytes.toString("base64") }])).ok, true);
    const asked = house.requests.at(-1)?.messages.at(-1);
    assert.equal(asked?.text, "what is this?\n[image: cat.png, 29 KB]");
    assert.deepEqual(asked?.images?.map(({ type, data }) => [type, refOf(data)]), [["image/png", refOf(bytes)]]);
    const message = await last();
    assert.deepEqual(message.attachments, [{ type: "image", mimeType: "image/png", fileName: "cat.png", sizeBytes: bytes.byteLength, ref: refOf(bytes) }]);
    assert.ok(JSON.stringify(message).length < 1_000);
  });

  it("a message may be files alone, and say their type in any of the three ways", async () => {
    const content = png(2).toString("base64");
    await send("b", "", [{ content: `data:image/png;base64,${content}` }, { type: "image", content }, { mimeType: "application/pdf", fileName: "a.pdf", content }]);
    const message = await last();
    assert.deepEqual((message.attachments as unknown as Fields[]).map(({ type, mimeType }) => [type, mimeType]), [["image", "image/png"], ["image", "image/png"], ["file", "application/pdf"]]);
    assert.equal(house.requests.at(-1)?.messages.at(-1)?.text.split("\n").length, 3);
  });

  it("what is no base64, or nothing at all, is refused, and nothing of it is said", async () => {
    for (const [content, message] of [["äöü", "look"], ["Zm9v!Zm9v", "look"]] as const) {
      const { error } = await client.ask("chat.send", { sessionKey: "main", message, idempotencyKey: `bad-${content}`, attachments: [{ ...MIN_SAID, content }] });
      assert.match(String(error?.message), /\/attachments\/0\/content: must be base64/);
    }
    const { error } = await client.ask("chat.send", { sessionKey: "main", message: "", idempotencyKey: "empty", attachments: [] });
    assert.match(String(error?.message), /invalid chat.send params: at \/message/);
  });

  it("GET /media/<ref> gives it to whoever has the gateway's secret, and to nobody else", async () => {
    const ref = refOf(png(1, 30_000));
    const answer = await get(house, `/media/${ref}`);
    assert.equal(refOf(Buffer.from(await answer.arrayBuffer())), ref);
    const headers = ["content-type", "x-content-type-options", "content-security-policy", "cache-control", "content-disposition"].map((name) => answer.headers.get(name));
    assert.deepEqual(headers, ["image/png", "nosniff", "default-src 'none'; sandbox; frame-ancestors 'none'", "private, no-cache", `inline; filename="${ref.slice(0, 12)}"`]);
    assert.equal((await get(house, `/media/${ref}`, { authorization: `Bearer ${TOKEN}`, "if-none-match": `"${ref}"` })).status, 304);
    assert.equal((await get(house, `/media/${ref}`, {})).status, 401);
    assert.equal((await get(house, `/media/${ref}?token=${TOKEN}`, {})).status, 401);
    assert.equal((await get(house, `/media/${ref}`, { authorization: "Bearer wrong" })).status, 401);
    for (const path of [`/media/${refOf(png(99))}`, "/media/", "/media/../continuo.sqlite", `/media/${ref.toUpperCase()}`]) assert.equal((await get(house, path)).status, 404, path);
  });

  it("what a browser could run is only ever saved", async () => {
    const page = Buffer.from("<script>alert(1)</script>");
    for (const mimeType of ["text/html", "image/svg+xml", "application/xhtml+xml"]) {
      const bytes = Buffer.concat([page, Buffer.from(mimeType)]);
      await send(`svg-${mimeType}`, "look", [{ mimeType, fileName: "x", content: bytes.toString("base64") }]);
      const answer = await get(house, `/media/${refOf(bytes)}`);
      assert.deepEqual([answer.status, answer.headers.get("content-type"), answer.headers.get("content-disposition")?.split(";")[0]], [200, "application/octet-stream", "attachment"]);
    }
  });
});
