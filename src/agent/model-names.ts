import { isContinuoError } from "../domain/errors.ts";
import type { ListedModel, Providers } from "./providers/registry.ts";

/** What somebody's word for a model turned out to be. */
export type NamedModel =
  | { readonly kind: "found"; readonly ref: string; readonly alias: string | null }
  | { readonly kind: "several"; readonly refs: readonly string[] }
  | { readonly kind: "unknown" }
  /** Its provider is there, and cannot be asked: why, in words. */
  | { readonly kind: "unusable"; readonly ref: string; readonly why: string };

/** How people name models: by `provider/model`, by its id alone where that is one model, or by an alias of the configuration. */
export interface ModelNames {
  list(): readonly ListedModel[];
  find(word: string): NamedModel;
  /** What `/new` says of a model at its beginning, and what is left as the first message (spec 4.5); null names none. */
  take(rest: string): { readonly model: string; readonly rest: string } | null;
  /** The window of a `provider/model`, in tokens; null for one that cannot be asked. */
  window(ref: string): number | null;
}

/** What takes the choice of a model back. */
export const DEFAULT_WORD = "default";

type Aliases = Readonly<Record<string, { readonly alias?: string | undefined }>>;

function refOf({ provider, id }: ListedModel): string {
  return `${provider}/${id}`;
}

export function createModelNames(providers: Pick<Providers, "listModels" | "resolveModel">, aliases: Aliases): ModelNames {
  const byAlias = new Map(Object.entries(aliases).flatMap(([ref, { alias }]) => (alias === undefined ? [] : [[alias.toLowerCase(), { ref, alias }] as const])));

  /** A model that nobody lists is allowed, if its provider is there. */
  const unlisted = (ref: string): NamedModel => {
    try {
      providers.resolveModel(ref);
      return { kind: "found", ref, alias: null };
    } catch (error) {
      if (!isContinuoError(error)) throw error;
      return error.code === "MODEL_UNKNOWN" ? { kind: "unknown" } : { kind: "unusable", ref, why: `${error.message} ${error.cure}` };
    }
  };

  const find = (word: string): NamedModel => {
    const named = word.toLowerCase();
    const alias = byAlias.get(named);
    if (alias) return { kind: "found", ...alias };
    const models = providers.listModels();
    const whole = models.find((model) => refOf(model).toLowerCase() === named);
    if (whole) return { kind: "found", ref: refOf(whole), alias: null };
    const refs = models.filter(({ id }) => id.toLowerCase() === named).map(refOf);
    const [only] = refs;
    if (only !== undefined) return refs.length === 1 ? { kind: "found", ref: only, alias: null } : { kind: "several", refs };
    return word.includes("/") ? unlisted(word) : { kind: "unknown" };
  };

  return {
    list: () => providers.listModels(),
    find,
    take(rest) {
      if (rest.trim().toLowerCase() === DEFAULT_WORD) return { model: DEFAULT_WORD, rest: "" };
      const [, first = "", behind = ""] = /^(\S*)\s*([^]*)$/u.exec(rest.trim()) ?? [];
      const one = first === "" ? null : find(first);
      if (one?.kind === "found") return { model: one.ref, rest: behind };
      const [, second = "", left = ""] = /^(\S*)\s*([^]*)$/u.exec(behind) ?? [];
      const pair = providers.listModels().find((model) => refOf(model).toLowerCase() === `${first}/${second}`.toLowerCase());
      return pair === undefined ? null : { model: refOf(pair), rest: left };
    },
    window(ref) {
      try {
        return providers.resolveModel(ref).info.contextWindow;
      } catch (error) {
        if (isContinuoError(error)) return null;
        throw error;
      }
    },
  };
}
