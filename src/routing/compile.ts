import { defaultAgentId } from "../domain/agent-id.ts";
import { ContinuoError } from "../domain/errors.ts";
import type { Directory, DmScope, RouteWhy } from "../domain/route.ts";
import { compileAgentChoice, type AgentChooser } from "./bindings.ts";
import { mainSegment, nameSegment } from "./keys.ts";
import { compilePeople, type People } from "./people.ts";
import type { ChannelSource, GroupScope, RoutingSource } from "./source.ts";

export type ScopeWhy = RouteWhy["scope"];

export interface DmScopeSetting {
  readonly value: DmScope;
  readonly setBy: string;
}

/** One channel's settings, looked up once for a message. */
export interface ChannelRouting {
  readonly name: string;
  readonly segment: string;
  readonly defaultAccount: string;
  readonly dmScope: DmScopeSetting;
  readonly accountScopes: ReadonlyMap<string, DmScopeSetting>;
  readonly chooser: AgentChooser;
}

export interface CompiledRouting {
  readonly kind: "compiled-routing";
  readonly scope: "per-sender" | "global";
  readonly groupScope: GroupScope;
  /** The main session's last segment, encoded. */
  readonly main: string;
  readonly defaultAgentId: string;
  readonly people: People;
  channel(name: string): ChannelRouting;
}

const DM_SCOPES: readonly DmScope[] = ["auto", "main", "per-peer", "per-channel-peer", "per-account-channel-peer"];

/** A misspelt scope must not fall back to a wider one. */
function checked(value: DmScope, path: string): DmScope {
  if (DM_SCOPES.includes(value)) return value;
  throw new ContinuoError("CONFIG_INVALID", `${path} is ${JSON.stringify(value)}; it has to be one of ${DM_SCOPES.join(", ")}.`);
}

function scopeAt(value: DmScope | undefined, setBy: string, otherwise: DmScopeSetting): DmScopeSetting {
  return value === undefined ? otherwise : Object.freeze({ value: checked(value, setBy), setBy });
}

/**
 * Everything that routing reads, made ready once: afterwards a message costs a few look-ups,
 * however many bindings there are. Pure; throws CONFIG_INVALID for a scope that does not exist. `directory`
 * is asked for each message: who is added to it later is known at once.
 */
export function compileRouting(source: RoutingSource, directory?: Directory): CompiledRouting {
  const session = source.session ?? {};
  const main = mainSegment(session.mainKey);
  const fallback = defaultAgentId(source.agents?.list ?? []);
  const choosers = compileAgentChoice(source, fallback);
  // A read configuration has the default filled in: that is nobody's setting.
  const globalScope = scopeAt(session.dmScope === "auto" ? undefined : session.dmScope, "session.dmScope", Object.freeze({ value: "auto", setBy: "default" }));
  (source.bindings ?? []).forEach((binding, index) => {
    if (binding.session?.dmScope !== undefined) checked(binding.session.dmScope, `bindings[${index}].session.dmScope`);
  });
  const make = (name: string, channel: ChannelSource | undefined): ChannelRouting => {
    const dmScope = scopeAt(channel?.dmScope, `channels.${name}.dmScope`, globalScope);
    const accounts = Object.entries(channel?.accounts ?? {}).flatMap(([account, settings]) =>
      settings?.dmScope === undefined ? [] : [[account, scopeAt(settings.dmScope, `channels.${name}.accounts.${account}.dmScope`, dmScope)] as const],
    );
    return {
      name,
      segment: nameSegment(name, main),
      defaultAccount: channel?.defaultAccount?.trim() || "default",
      dmScope,
      accountScopes: new Map(accounts),
      chooser: choosers(name),
    };
  };
  const named = new Set([...Object.keys(source.channels ?? {}), ...(source.bindings ?? []).map((binding) => binding.match.channel)]);
  const byLowerCase = new Map(Object.entries(source.channels ?? {}).map(([name, channel]) => [name.trim().toLowerCase(), channel]));
  const channels = new Map([...named].map((name) => name.trim().toLowerCase()).map((name) => [name, make(name, byLowerCase.get(name))]));
  return {
    kind: "compiled-routing",
    scope: session.scope ?? "per-sender",
    groupScope: session.groupScope ?? "per-group",
    main,
    defaultAgentId: fallback,
    people: compilePeople(source, directory),
    channel(name) {
      const found = channels.get(name);
      if (found) return found;
      const plain = name.trim().toLowerCase();
      return channels.get(plain) ?? make(plain, undefined);
    },
  };
}
