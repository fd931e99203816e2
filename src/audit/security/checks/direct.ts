import { critical, info, warn, type Finding } from "../finding.ts";
import { powerfulTools } from "../powerful-tools.ts";
import { labelOf, settledAt, type AuditedAccount, type Survey } from "../survey.ts";

/** Everybody who lands in one session, by session: strangers count as many. */
function humansBySession(accounts: readonly AuditedAccount[]): ReadonlyMap<string, ReadonlySet<string>> {
  const humans = new Map<string, Set<string>>();
  for (const { identity, human, sessionKey } of accounts.flatMap(({ writers }) => writers)) {
    const there = humans.get(sessionKey) ?? new Set<string>();
    humans.set(sessionKey, there.add(human));
    if (identity === null) there.add("anybody else");
  }
  return humans;
}

function isolate(setBy: string): string {
  const words = `(or "per-account-channel-peer" for multi-account channels) to isolate DM sessions per sender. "auto" does too, and keeps your own channels together.`;
  if (setBy.startsWith("bindings[")) return `Change ${setBy} in the configuration to "per-channel-peer" ${words}`;
  return `Run: continuo config set ${setBy === "default" ? "session.dmScope" : setBy} "per-channel-peer" ${words}`;
}

/** Spec 9, `scope_main_multiuser`: nobody is reported twice because two accounts of a channel share its settings. */
function sharedMain({ config, accounts }: Survey): Finding[] {
  const humans = humansBySession(accounts);
  return accounts.flatMap((account) => {
    if (account.policy.dmPolicy === "disabled") return [];
    const sharing = account.writers.filter(({ scope, sessionKey }) => scope.value === "main" && (humans.get(sessionKey)?.size ?? 0) > 1);
    const [first] = sharing;
    if (first === undefined) return [];
    const many = sharing.length > 5 ? ` and ${sharing.length - 5} more` : "";
    const who = `${sharing.slice(0, 5).map(({ identity }) => identity ?? "anybody").join(", ")}${many}`;
    return [
      warn({
        checkId: `${settledAt(config, account, "dmScope", "dmPolicy", "allowFrom")}.dm.scope_main_multiuser`,
        title: `${labelOf(account)} DMs share the main session`,
        detail: `Multiple DM senders currently share the main session, which can leak context across users.\n${first.sessionKey} (${first.scope.setBy}): ${who}`,
        remediation: isolate(first.scope.setBy),
      }),
    ];
  });
}

function openPolicy({ config }: Survey, account: AuditedAccount): Finding[] {
  if (account.policy.dmPolicy !== "open") {
    if (!account.open) return [];
    const at = settledAt(config, account, "allowFrom");
    return [
      critical({
        checkId: `${at}.dm.open`,
        title: `${labelOf(account)} DMs are open`,
        detail: `${at}.allowFrom includes "*", which allows anyone to DM the bot.`,
        remediation: `Take "*" out of ${at}.allowFrom, and put the ids of those who may write there.`,
      }),
    ];
  }
  const at = settledAt(config, account, "dmPolicy");
  const list = settledAt(config, account, "allowFrom");
  const open = critical({
    checkId: `${at}.dm.open`,
    title: `${labelOf(account)} DMs are open`,
    detail: `${at}.dmPolicy="open" allows anyone to DM the bot.`,
    remediation: `Run: continuo config set ${at}.dmPolicy pairing (or "allowlist" with the ids of those who may write in ${list}.allowFrom).`,
  });
  if (account.policy.allowFrom.includes("*")) return [open];
  const inconsistent = warn({
    checkId: `${at}.dm.open_invalid`,
    title: `${labelOf(account)} DM config looks inconsistent`,
    detail: `"open" requires ${list}.allowFrom to include "*".\nContinuo reads it as open to everybody.`,
    remediation: `Run: continuo config set ${at}.dmPolicy pairing; or add "*" to ${list}.allowFrom if everybody may write.`,
  });
  return [open, inconsistent];
}

function policies(survey: Survey): Finding[] {
  return survey.accounts.flatMap((account) => {
    if (account.policy.dmPolicy !== "disabled") return openPolicy(survey, account);
    const at = settledAt(survey.config, account, "dmPolicy");
    return [info({ checkId: `${at}.dm.disabled`, title: `${labelOf(account)} DMs are disabled`, detail: `${at}.dmPolicy="disabled" ignores inbound DMs.` })];
  });
}

/** Anybody at all may write, and what answers may run programs or reach files. */
function openWithTools({ config, accounts }: Survey): Finding[] {
  const open = accounts.filter((account) => account.open).map((account) => labelOf(account));
  const { runtime, fs, setBy, sandboxed } = powerfulTools(config);
  if (open.length === 0 || setBy.length === 0) return [];
  const words = {
    checkId: "security.exposure.open_dms_with_runtime_or_fs",
    title: "Open DMs with tools that run programs or reach files",
    detail: `Open to anybody: ${open.join(", ")}\nTools: ${[...runtime, ...fs].join(", ")} (${setBy.join(", ")})\nSandbox: ${sandboxed ? "all sessions" : "off"}`,
    remediation: 'Set dmPolicy to "pairing" or "allowlist", or put the tools into tools.deny.',
  };
  return [sandboxed ? warn(words) : critical(words)];
}

/** Who may write directly, and with whom they share a session (spec 1.5, 9). */
export function directChecks(survey: Survey): readonly Finding[] {
  return [...sharedMain(survey), ...policies(survey), ...openWithTools(survey)];
}
