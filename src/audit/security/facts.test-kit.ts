import { configSchema, type Config } from "../../config/schema.ts";
import type { AuditedFile, SecurityFacts } from "./facts.ts";

export const TOKEN = "0123456789abcdef0123456789abcdef";

/** The facts of a healthy, empty install, with these settings and changes. */
export function factsOf(config: object = {}, changes: Partial<SecurityFacts> = {}): SecurityFacts {
  const whole = configSchema.parse({ gateway: { auth: { token: TOKEN } }, ...config }) as Config;
  return {
    stateDir: "/s",
    configPath: "/s/openclaw.json",
    config: { kind: "valid", config: whole, warnings: [] },
    files: [],
    moreOpenTranscripts: 0,
    listening: null,
    sharedSessions: [],
    approved: [],
    identities: [],
    ...changes,
  };
}

export function fileOf(kind: AuditedFile["kind"], mode: number | null, changes: Partial<AuditedFile> = {}): AuditedFile {
  return { path: `/s/${kind}`, kind, mode, isFolder: kind.endsWith("-dir"), isSymlink: false, ...changes };
}
