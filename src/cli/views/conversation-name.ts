function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment; // an id with a stray percent sign, of another version: as it stands
  }
}

/** `Alice's`; a name that ends in s takes no second one. */
export function possessive(name: string): string {
  return /s$/i.test(name) ? `${name}'` : `${name}'s`;
}

/** `Alice, Bob and 3 others` */
export function shortened(names: readonly string[], most: number): string {
  if (names.length > most) return `${names.slice(0, most).join(", ")} and ${names.length - most} others`;
  return names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
}

function restName(rest: readonly string[]): string | null {
  const at = rest.findIndex((segment, index) => index < 3 && ["dm", "direct", "group", "channel", "person"].includes(segment));
  const id = decoded(rest[at + 1] ?? "");
  const where = rest.slice(0, Math.max(0, at)).map(decoded).join("/");
  const on = where === "" ? "" : `${where} `;
  const thread = ["topic", "thread"].includes(rest[at + 2] ?? "") ? `, thread ${decoded(rest[at + 3] ?? "")}` : "";
  if (rest.length === 1) return rest[0] === "main" ? "the shared conversation" : `the conversation "${decoded(rest[0] ?? "")}"`;
  if (at === -1 || id === "") return null;
  if (rest[at] === "person") return `${possessive(id)} own conversation`;
  if (rest[at] === "group" || rest[at] === "channel") return `the ${on}${rest[at]} ${id}${thread}`;
  return `the ${on}conversation of ${id}`;
}

/** A session key in words: `Alice's own conversation`, `the telegram group -100123`; one of an unknown form stays as it is. */
export function conversationName(key: string): string {
  const [marker, agent, ...rest] = key.split(":");
  if (marker !== "agent" || agent === undefined || rest.length === 0) return key;
  const name = restName(rest);
  if (name === null) return key;
  return agent === "main" ? name : `${name} (agent ${agent})`;
}
