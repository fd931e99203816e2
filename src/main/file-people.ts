import type { FilePeople } from "../people/index.ts";
import { fileIdentities, nameKey } from "../routing/people.ts";
import type { CompiledSettings } from "./settings.ts";

/** What the configuration file says of people, as the people room asks it. */
export function filePeople(settings: CompiledSettings): FilePeople {
  const { identityLinks, owner } = settings.who.source.session ?? {};
  const links = fileIdentities(identityLinks);
  const names = new Set(links.map(({ person }) => nameKey(person)));
  const named = typeof owner === "string" ? [owner] : (owner ?? []);
  const owners = named.filter((entry) => !entry.includes(":"));
  return {
    names: new Set([...names, ...owners.map(nameKey)]),
    owner: owners[0] ?? null,
    personOf: settings.who.filePerson,
  };
}
