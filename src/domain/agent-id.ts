const VALID_ID = /^[a-z0-9][a-z0-9_-]{0,63}$/i;

/** `My Agent!` is `my-agent`; nothing usable is `main` (spec 1.2). */
export function normalizeAgentId(id: string): string {
  const text = id.trim().toLowerCase();
  if (VALID_ID.test(text)) return text;
  const slug = text.replace(/[^a-z0-9_-]+/g, "-").replace(/^-+/, "").slice(0, 64).replace(/-+$/, "");
  return VALID_ID.test(slug) ? slug : slug.replace(/^[_-]+/, "") || "main";
}

/** The agent that takes what nothing routes: the first marked `default`, else the first, else `main` (spec 1.2). */
export function defaultAgentId(agents: readonly { readonly id: string; readonly default?: boolean | undefined }[]): string {
  const chosen = agents.find((agent) => agent.default === true) ?? agents[0];
  return chosen ? normalizeAgentId(chosen.id) : "main";
}
