import { useApp } from "../app.ts";
import { sessionName } from "../names.ts";
import { identityOf } from "./wire.ts";
import type { Identity } from "./wire.ts";

/** How a key is shown: by the name of its row where that is known, else by its own words. */
export function useSessionName(): (key: string) => string {
  const { store } = useApp();
  const agent = store.hello.value?.snapshot.sessionDefaults.defaultAgentId ?? "main";
  const rows = store.sessions.value;
  const texts = store.texts.value;
  return (key) => sessionName(rows.find((row) => row.key === key) ?? { key }, agent, texts);
}

/** As it is shown: what every account is called by default says nothing. */
export function shortIdentity(identity: Identity): string {
  return identityOf(identity.account === "default" ? { ...identity, account: null } : identity);
}

/** Somebody's own name where the channel told one. */
export function nameOf(identity: Identity): string {
  return identity.displayName ?? shortIdentity(identity);
}
