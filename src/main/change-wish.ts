import { readFile } from "node:fs/promises";
import { editText, look, type Config } from "../config/index.ts";
import { ContinuoError } from "../domain/errors.ts";
import type { Wish } from "../operations/index.ts";
import type { PeopleChange } from "../people/index.ts";
import type { RoutingSource } from "../routing/index.ts";
import { routingPart } from "../routing/part.ts";
import type { ChangedSetting } from "../sessions/repartition/index.ts";
import type { ChangesParts } from "./changes-parts.ts";

/** A wish made ready: what routing would go by, and what has to be written for it. */
export interface Draft {
  readonly cause: "config" | "people";
  readonly source: RoutingSource;
  readonly people: PeopleChange | null;
  readonly edits: Extract<Wish, { kind: "edits" }>["edits"];
  /** The whole configuration, where the file is what changes. */
  readonly config: Config | null;
  readonly warnings: readonly string[];
  /** What decides differently. */
  readonly settings: readonly ChangedSetting[];
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The settings that differ, each by its path; lists are compared whole. */
export function changedSettings(before: unknown, after: unknown, path = ""): ChangedSetting[] {
  if (isObject(before) && isObject(after)) {
    const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])];
    return keys.flatMap((key) => changedSettings(before[key], after[key], path === "" ? key : `${path}.${key}`));
  }
  return JSON.stringify(before) === JSON.stringify(after) ? [] : [{ path, before, after }];
}

/** As JSON keeps it: what is unset is not there. */
function plain(source: RoutingSource): RoutingSource {
  return JSON.parse(JSON.stringify(source)) as RoutingSource;
}

/** Throws CONFIG_* for edits that cannot be made or a file that cannot be read. */
export async function draftOf(parts: ChangesParts, wish: Wish): Promise<Draft> {
  const current = parts.settings.current().who.source;
  const nothing = { people: null, edits: [], config: null, warnings: [], settings: [] };
  if (wish.kind === "people") return { ...nothing, cause: "people", source: current, people: wish.change };
  const edits = wish.kind === "edits" ? wish.edits : [];
  const { config, warnings } = await read(parts, edits);
  const source = plain(routingPart(config));
  const settings = changedSettings(plain(current), source);
  if (wish.kind === "edits" && settings.length === 0) {
    throw new ContinuoError("REQUEST_INVALID", "This changes nothing about who shares a conversation. Other settings are written with `continuo config set`.");
  }
  return { ...nothing, cause: "config", source, edits, config, warnings, settings };
}

/** The file as it would be with these edits. */
async function read({ configPath, env }: ChangesParts, edits: Draft["edits"]) {
  if (edits.length === 0) return look(configPath, env);
  const text = await readFile(configPath, "utf8").catch((cause: unknown) => {
    throw new ContinuoError("CONFIG_UNREADABLE", `${configPath} cannot be read.`, { cause });
  });
  const edited = await editText(text, edits.map(({ path, value }) => ({ path, value })));
  return look(configPath, env, async (path) => (path === configPath ? Buffer.from(edited) : readFile(path)));
}
