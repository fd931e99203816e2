/**
 * Which session does a message belong to, and why? Without a gateway: `node examples/routing.ts`.
 * In a project of your own, import from "continuo/routing".
 */
import { compileRouting, replayRoute, resolveRoute, type RoutingMessage } from "../src/routing/index.ts";

// The object of an openclaw.json; everything that does not concern routing is ignored.
const config = compileRouting({
  session: { owner: "Ann", identityLinks: { Ann: ["telegram:111", "discord:222"], Bob: ["telegram:333", "signal:+4455"] } },
  agents: { list: [{ id: "main", default: true }, { id: "support" }] },
  bindings: [{ agentId: "support", match: { channel: "telegram", peer: { kind: "group", id: "-100500" } } }],
});

const messages: readonly (readonly [who: string, message: RoutingMessage])[] = [
  ["Ann, the owner, on Telegram", { channel: "telegram", sender: 111 }],
  ["Ann on Discord", { channel: "discord", sender: "222" }],
  ["Ann on the page", { channel: "webchat" }],
  ["Bob on Telegram", { channel: "telegram", sender: 333 }],
  ["Bob on Signal", { channel: "signal", sender: "+4455" }],
  ["a stranger", { channel: "telegram", sender: 999 }],
  ["the stranger in the support group", { channel: "telegram", kind: "group", chat: "-100500", sender: 999 }],
];

for (const [who, message] of messages) {
  const { sessionKey, why } = resolveRoute(config, message);
  console.log(`${who.padEnd(34)} ${sessionKey.padEnd(42)} ${why.agent.matchedBy}, scope ${why.scope.value} (${why.scope.setBy})`);
  // An explanation is data: it leads to the same key again.
  if (replayRoute(why, config, message) !== sessionKey) throw new Error("an explanation did not replay");
}
