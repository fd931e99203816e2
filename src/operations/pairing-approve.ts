import { z } from "zod";
import { directMessage } from "../domain/message.ts";
import { approvePairing, draftLink, draftOwner, findPairing, isEmpty, NO_CHANGE, type PairingRequest, type PeopleChange } from "../people/index.ts";
import { listSessionParticipants } from "../store/statements/list-session-participants.ts";
import { define } from "./define.ts";
import { consent } from "./people-changes.ts";
import type { Services } from "./services.ts";

const who = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("me") }),
  z.object({ kind: z.literal("person"), name: z.string().min(1).max(200) }),
  z.object({ kind: z.literal("guest") }),
]);

/** Whose account this is, as a change of the people table: a guest is nobody's. */
async function draftOf(services: Services, request: PairingRequest, is: z.output<typeof who>): Promise<PeopleChange> {
  if (is.kind === "guest") return NO_CHANGE;
  const { store, ids, clock, people } = services;
  const drafting = { store, ids, now: clock.now(), file: people.filePeople() };
  const identity = { channel: request.channel, account: request.account, peer: request.senderId };
  const proof = { identity, provedBy: "pairing" as const, displayName: request.senderName };
  return is.kind === "me" ? draftOwner(drafting, proof) : draftLink(drafting, { ...proof, name: is.name });
}

const SHOWN = 20;

/** The conversation that they would be in, and who speaks there. */
async function futureOf(services: Services, request: PairingRequest, change: PeopleChange) {
  const message = directMessage({ channel: request.channel, account: request.account, senderId: request.senderId });
  const { sessionKey } = services.changes.routeWith(change, message);
  const rows = await services.store.all(listSessionParticipants, { session_key: sessionKey, limit: SHOWN });
  const names = rows.map((row) => (services.people.whoIs(row.channel, row.account, row.sender_id).person ?? row.sender_name ?? `${row.channel} ${row.sender_id}`));
  return { sessionKey, shares: [...new Set(names)] };
}

export const pairingApprove = define({
  name: "pairing.approve",
  scope: "admin",
  input: z.object({
    channel: z.string().max(64).optional(),
    code: z.string().min(1).max(64),
    who: who.default({ kind: "guest" }),
    ...consent,
    // OpenClaw's clients give the code alone, and mean it.
    approve: z.boolean().default(true),
  }),
  example: { channel: "telegram", code: "ABCD2345", who: { kind: "person", name: "Ann" } },
  /**
   * Lets a stranger in, on the account and in the direct chat where they asked and nowhere else (P38), and says who they
   * are. With `approve: false` it only tells which conversation they would share. Errors: PAIRING_UNKNOWN, PEOPLE_*.
   */
  async run(services, input) {
    const { store, clock, changes, people, live } = services;
    const request = await findPairing(store, input.code, input.channel ?? null, clock.now());
    const change = await draftOf(services, request, input.who);
    const future = await futureOf(services, request, change);
    const shown = { channel: request.channel, account: request.account, senderId: request.senderId, senderName: request.senderName ?? undefined };
    const wish = { kind: "people", change } as const;
    if (!input.approve || input.dryRun === true) return { applied: false as const, plan: await changes.plan(wish), ...future, request: shown };
    const plan = isEmpty(change) ? await changes.plan(wish) : (await changes.apply(wish, { approve: true, planId: input.planId })).plan;
    await store.transaction((tx) => approvePairing(tx, request, "operator", clock.now()));
    people.directory.approve(request.channel, request.account, request.senderId);
    await live?.tell.welcome(request.channel, request.account, request.senderId, request.chat);
    live?.tell.peopleChanged("pairing");
    return { applied: true as const, plan, ...future, request: shown };
  },
});
