import { z } from "zod";
import { ContinuoError } from "../domain/errors.ts";
import type { Drafting, IdentityRef, PeopleChange } from "../people/index.ts";
import type { Consent, PeopleDesk, Services } from "./services.ts";

/** What every change of who is who may be asked with. */
export const consent = {
  approve: z.boolean().default(false),
  dryRun: z.boolean().optional(),
  planId: z.string().max(128).optional(),
};

export const ROLES = ["owner", "member", "guest"] as const;

/** `telegram:42`, or `telegram/work:42` for another account of ours than the channel's default one; an id may have colons. */
export function identityRef(desk: PeopleDesk, typed: string): IdentityRef {
  const colon = typed.indexOf(":");
  const place = typed.slice(0, colon).trim().toLowerCase();
  const peer = typed.slice(colon + 1).trim();
  if (colon < 1 || peer === "") {
    throw new ContinuoError("REQUEST_INVALID", `${JSON.stringify(typed)} is not an account: write channel:id, such as telegram:123456789.`);
  }
  const slash = place.indexOf("/");
  const channel = slash === -1 ? place : place.slice(0, slash);
  const account = slash === -1 ? "" : typed.slice(slash + 1, colon).trim();
  return { channel, account: account || desk.defaultAccount(channel), peer: desk.directory.canonicalPeer(channel, peer) };
}

/** Makes a change of who is who, with the history that goes along; only plans it where it has to be approved first. */
export async function changePeople(services: Services, consent: Consent, draft: (parts: Drafting) => Promise<PeopleChange>) {
  const { store, ids, clock, people, changes } = services;
  const change = await draft({ store, ids, now: clock.now(), file: people.filePeople() });
  return changes.apply({ kind: "people", change }, consent);
}
