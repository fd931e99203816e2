import { formatPath } from "../../../config/value-path.ts";
import { critical, warn, type Finding } from "../finding.ts";
import { powerfulTools } from "../powerful-tools.ts";
import { admitsGroups, labelOf, settledAt, type AuditedAccount, type Survey } from "../survey.ts";

interface OpenGroups {
  readonly account: AuditedAccount;
  /** The settings that open them, as they stand in the file. */
  readonly settings: readonly string[];
  /** Only rooms that are listed by their id. */
  readonly listedRoomsOnly: boolean;
}

/** Groups in which everybody may speak: by the policy, or by a `*` among those who may. */
function openGroups({ config, accounts }: Survey): OpenGroups[] {
  return accounts.flatMap((account): OpenGroups[] => {
    const { groupPolicy, groupAllowFrom, groups } = account.policy;
    if (groupPolicy === "disabled") return [];
    if (groupPolicy === "open") return [{ account, settings: [`${settledAt(config, account, "groupPolicy")}.groupPolicy="open"`], listedRoomsOnly: false }];
    const rooms = [...groups].filter(([, { enabled, allowFrom }]) => enabled !== false && (allowFrom ?? []).map(String).includes("*"));
    const at = settledAt(config, account, "groups");
    const byRoom = rooms.map(([room]) => `${at}.${formatPath(["groups", room, "allowFrom"])} includes "*"`);
    const own = settledAt(config, account, "groupAllowFrom");
    const list = config.channels[account.channel]?.groupAllowFrom === undefined && own === `channels.${account.channel}` ? "allowFrom" : "groupAllowFrom";
    const where = list === "allowFrom" ? settledAt(config, account, "allowFrom") : own;
    const byList = groupAllowFrom.includes("*") ? [`${where}.${list} includes "*"`] : [];
    const settings = [...byList, ...byRoom];
    const everyRoom = groups.size === 0 || groups.has("*");
    return settings.length === 0 ? [] : [{ account, settings, listedRoomsOnly: byList.length > 0 ? !everyRoom : rooms.every(([room]) => room !== "*") }];
  });
}

/** Spec 9: open groups without a list of those who may speak. */
function withoutSenders(survey: Survey): Finding[] {
  return openGroups(survey).map(({ account, settings, listedRoomsOnly }) => {
    const at = settledAt(survey.config, account, "groupPolicy", "groupAllowFrom", "groups");
    const words = {
      checkId: `${at}.groups.allowFrom.missing`,
      title: `${labelOf(account)} groups let anybody speak to the agent`,
      detail: `${settings.join("\n")}\n${listedRoomsOnly ? "Everybody in the listed groups can instruct the agent." : "Whoever adds the bot to a group can instruct the agent there."}`,
      remediation: `Run: continuo config set ${at}.groupPolicy allowlist, with the ids of those who may speak in ${at}.groupAllowFrom; \`continuo security audit --fix\` closes an open policy.`,
    };
    return listedRoomsOnly ? warn(words) : critical(words);
  });
}

function withTools(survey: Survey): Finding[] {
  const open = openGroups(survey).flatMap(({ settings }) => settings);
  if (open.length === 0) return [];
  const list = [...new Set(open)].map((line) => `- ${line}`).join("\n");
  const { runtime, fs, setBy, sandboxed } = powerfulTools(survey.config);
  const findings: Finding[] = [];
  if (elevatedTools(survey)) {
    findings.push(
      critical({
        checkId: "security.exposure.open_groups_with_elevated",
        title: "Open groupPolicy with elevated tools enabled",
        detail: `${list}\ntools.elevated is set, so a message of anybody in a group may ask for work outside every sandbox.`,
        remediation: 'Set groupPolicy to "allowlist", and tools.elevated.enabled to false.',
      }),
    );
  }
  if (setBy.length > 0) {
    const words = {
      checkId: "security.exposure.open_groups_with_runtime_or_fs",
      title: "Open groups with tools that run programs or reach files",
      detail: `${list}\nTools: ${[...runtime, ...fs].join(", ")} (${setBy.join(", ")})\nSandbox: ${sandboxed ? "all sessions" : "off"}`,
      remediation: 'Set groupPolicy to "allowlist", put the tools into tools.deny, or run every session in a sandbox.',
    };
    findings.push(runtime.length > 0 && !sandboxed ? critical(words) : warn(words));
  }
  return findings;
}

/** OpenClaw's setting for tools outside the sandbox; unset is off here. */
export function elevatedTools({ config }: Pick<Survey, "config">): boolean {
  const elevated = (config.tools as Readonly<Record<string, unknown>>)["elevated"];
  if (elevated === true) return true;
  return typeof elevated === "object" && elevated !== null && (elevated as { readonly enabled?: unknown }).enabled !== false;
}

/** A group in the main session reads what was said there in private, and everybody in it writes to it. */
function inMainSession({ config, accounts }: Survey): Finding[] {
  const setBy = [
    ...(config.session.groupScope === "main" ? ["session.groupScope"] : []),
    ...config.bindings.flatMap(({ session }, index) => (session?.groupScope === "main" ? [`bindings[${index}].session.groupScope`] : [])),
  ];
  const admitted = accounts.filter(({ policy }) => admitsGroups(policy));
  if (setBy.length === 0 || admitted.length === 0) return [];
  const words = {
    checkId: "session.group_scope_main",
    title: "Groups share the main session",
    detail: `${setBy.join(", ")}="main" on ${admitted.map((account) => labelOf(account)).join(", ")}\nWhat you say in private can be told in a group, and what is said there becomes part of your conversation.`,
    remediation: `Take ${setBy.join(" and ")} out, so that each group is a session of its own.`,
  };
  return [admitted.some(({ policy }) => policy.groupPolicy === "open") ? critical(words) : warn(words)];
}

/** Who may speak in groups, and what they reach (spec 1.5, 9). */
export function groupChecks(survey: Survey): readonly Finding[] {
  return [...withoutSenders(survey), ...withTools(survey), ...inMainSession(survey)];
}
