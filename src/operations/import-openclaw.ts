import { z } from "zod";
import { isContinuoError } from "../domain/errors.ts";
import { approveImported, draftLink } from "../people/index.ts";
import type { ProposedPerson } from "../sessions/openclaw/index.ts";
import { define } from "./define.ts";
import { changePeople, identityRef } from "./people-changes.ts";
import type { Services } from "./services.ts";

/** One account of the report becomes a person's, or may write from now on. What is refused is told, and the rest is done. */
async function apply(services: Services, proposed: ProposedPerson): Promise<ProposedPerson> {
  const { store, clock, people } = services;
  try {
    const identity = identityRef(people, proposed.identity);
    if (proposed.name === null) {
      await store.transaction((tx) => approveImported(tx, { channel: identity.channel, account: identity.account, senderId: identity.peer }, clock.now()));
      people.directory.approve(identity.channel, identity.account, identity.peer);
    } else {
      const { name } = proposed;
      await changePeople(services, { approve: true }, (drafting) => draftLink(drafting, { identity, name, role: undefined, provedBy: "operator", displayName: null }));
    }
    return { ...proposed, state: "done" };
  } catch (error) {
    if (!isContinuoError(error)) throw error;
    return { ...proposed, state: "refused", why: error.message };
  }
}

export const importOpenClaw = define({
  name: "import.openclaw",
  scope: "admin",
  input: z.object({
    from: z.string().min(1).max(4_096).optional(),
    dryRun: z.boolean().default(false),
    linkPeople: z.boolean().default(false),
  }),
  example: { from: "/home/ann/.openclaw", dryRun: true },
  /**
   * Brings in the sessions, transcripts and settings of an OpenClaw state directory on the gateway's machine, and says what
   * was mapped to what (docs/moving-in.md). A second run adds what is new. Errors: REQUEST_INVALID, those of the store.
   */
  async run(services, { from, dryRun, linkPeople }) {
    const report = await services.facts.moving.importOpenClaw({ from: from ?? null, dryRun });
    if (dryRun || !linkPeople) return report;
    const people: ProposedPerson[] = [];
    for (const proposed of report.people) people.push(proposed.state === "proposed" ? await apply(services, proposed) : proposed);
    services.live?.tell.peopleChanged("import");
    return { ...report, people };
  },
});
