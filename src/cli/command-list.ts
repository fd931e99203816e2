import type { Command } from "commander";
import type { CommandContext } from "./command.ts";
import { healthCommand } from "./commands/health.ts";
import { statusCommand } from "./commands/status.ts";

/** A command of the top level. But for the smallest, its code is loaded when it is called, or when all are shown. */
export interface ListedCommand {
  readonly name: string;
  readonly alias?: string;
  load(): Promise<(context: CommandContext) => Command>;
}

const looking: readonly ListedCommand[] = [
  { name: "gateway", load: async () => (await import("./commands/gateway.ts")).gatewayCommand },
  { name: "status", load: async () => statusCommand },
  { name: "top", load: async () => (await import("./commands/top.ts")).topCommand },
  { name: "health", load: async () => healthCommand },
  { name: "chat", load: async () => (await import("./commands/chat.ts")).chatCommand },
  { name: "sessions", alias: "session", load: async () => (await import("./commands/sessions.ts")).sessionsCommand },
  { name: "cron", load: async () => (await import("./commands/cron.ts")).cronCommand },
];

const people: readonly ListedCommand[] = [
  { name: "pairing", load: async () => (await import("./commands/pairing.ts")).pairingCommand },
  { name: "people", load: async () => (await import("./commands/people.ts")).peopleCommand },
  { name: "why", load: async () => (await import("./commands/why.ts")).whyCommand },
  { name: "audience", load: async () => (await import("./commands/audience.ts")).audienceCommand },
  { name: "outbox", load: async () => (await import("./commands/outbox.ts")).outboxCommand },
];

const changes: readonly ListedCommand[] = [
  { name: "plan", load: async () => (await import("./commands/plan.ts")).planCommand },
  { name: "apply", load: async () => (await import("./commands/plan.ts")).applyCommand },
  { name: "rollback", load: async () => (await import("./commands/plan.ts")).rollbackCommand },
  { name: "changes", load: async () => (await import("./commands/plan.ts")).changesCommand },
];

const house: readonly ListedCommand[] = [
  { name: "doctor", load: async () => (await import("./commands/doctor.ts")).doctorCommand },
  { name: "security", load: async () => (await import("./commands/security.ts")).securityCommand },
  { name: "audit", load: async () => (await import("./commands/rights.ts")).auditCommand },
  { name: "verify", load: async () => (await import("./commands/verify.ts")).verifyCommand },
  { name: "backup", load: async () => (await import("./commands/backup.ts")).backupCommand },
  { name: "restore", load: async () => (await import("./commands/backup.ts")).restoreCommand },
  { name: "import", load: async () => (await import("./commands/import.ts")).importCommand },
  { name: "export", load: async () => (await import("./commands/export.ts")).exportCommand },
  { name: "mirror", load: async () => (await import("./commands/mirror.ts")).mirrorCommand },
  { name: "store", load: async () => (await import("./commands/store.ts")).storeCommand },
  { name: "config", load: async () => (await import("./commands/config.ts")).configCommand },
  { name: "logs", load: async () => (await import("./commands/logs.ts")).logsCommand },
];

/** In the order of the help: what runs, who is who, who shares what, and the house itself. */
export const COMMANDS: readonly ListedCommand[] = [...looking, ...people, ...changes, ...house];

export function commandNamed(word: string): ListedCommand | null {
  return COMMANDS.find(({ name, alias }) => name === word || alias === word) ?? null;
}
