import type { Config, ConfigEdit } from "../../config/index.ts";
import { formatPath } from "../../config/value-path.ts";
import { isOpen, wantedMode } from "./checks/files.ts";
import type { SecurityFacts } from "./facts.ts";

export interface Chmod {
  readonly path: string;
  readonly mode: number;
}

/** What `--fix` does: it closes doors, and never changes who shares a session (`dmScope`). */
export interface FixPlan {
  readonly edits: readonly ConfigEdit[];
  readonly chmods: readonly Chmod[];
  /** A line for each edit, in the same order: `channels.telegram.groupPolicy=open -> allowlist`. */
  readonly changes: readonly string[];
}

interface Change {
  readonly path: readonly [string, ...string[]];
  readonly from: string;
  readonly to: string;
}

/** Channels that are off too: they would be open when they are switched on. */
function openPolicies({ channels }: Config): Change[] {
  return Object.entries(channels).flatMap(([name, channel]): Change[] => {
    const accounts = Object.entries(channel?.accounts ?? {}).filter(([, account]) => account?.groupPolicy === "open");
    const closed = { from: "open", to: "allowlist" };
    return [
      ...(channel?.groupPolicy === "open" ? [{ path: ["channels", name, "groupPolicy"], ...closed } as const] : []),
      ...accounts.map(([id]) => ({ path: ["channels", name, "accounts", id, "groupPolicy"], ...closed }) as const),
    ];
  });
}

function redaction({ logging }: Config): Change[] {
  return logging.redactSensitive === "off" ? [{ path: ["logging", "redactSensitive"], from: "off", to: "tools" }] : [];
}

/** Pure (spec 9, `--fix`). A link's own target is left alone: it may belong to something else. */
export function planFixes({ config, files }: SecurityFacts): FixPlan {
  const changes = config.kind === "valid" ? [...openPolicies(config.config), ...redaction(config.config)] : [];
  return {
    edits: changes.map(({ path, to }) => ({ path, value: to })),
    chmods: files.filter((file) => !file.isSymlink && isOpen(file)).map((file) => ({ path: file.path, mode: wantedMode(file) })),
    changes: changes.map(({ path, from, to }) => `${formatPath(path)}=${from} -> ${to}`),
  };
}
