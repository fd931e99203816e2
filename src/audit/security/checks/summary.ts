import { info, warn, type Finding } from "../finding.ts";
import { powerfulTools } from "../powerful-tools.ts";
import type { Survey } from "../survey.ts";
import { elevatedTools } from "./groups.ts";

/** One line for each setting that lets in people whom nobody named one by one (spec 9). */
function signals({ accounts, config }: Survey): string[] {
  const lines = accounts.flatMap(({ channel, account, policy }) => {
    const own = config.channels[channel]?.accounts;
    const at = own !== undefined && Object.hasOwn(own, account) ? `channels.${channel}.accounts.${account}` : `channels.${channel}`;
    const { dmPolicy, allowFrom, groupPolicy, groupAllowFrom, groups } = policy;
    return [
      ...(groupPolicy === "open" ? [`${at}.groupPolicy="open"`] : []),
      ...(groupPolicy === "allowlist" && groups.size > 0 ? [`${at}.groupPolicy="allowlist" with configured group targets`] : []),
      ...(dmPolicy === "open" ? [`${at}.dmPolicy="open"`] : []),
      ...(dmPolicy !== "disabled" && allowFrom.includes("*") ? [`${at}.allowFrom includes "*"`] : []),
      ...(groupPolicy !== "disabled" && groupAllowFrom.includes("*") ? [`${at}.groupAllowFrom includes "*"`] : []),
    ];
  });
  return [...new Set(lines)];
}

function multiUser(survey: Survey): Finding[] {
  const lines = signals(survey);
  if (lines.length === 0) return [];
  const { runtime, fs } = powerfulTools(survey.config);
  const tools = [...runtime, ...fs];
  return [
    warn({
      checkId: "security.trust_model.multi_user_heuristic",
      title: "Potential multi-user setup detected (personal-assistant model warning)",
      detail: `These settings let others in:\n${lines.map((line) => `- ${line}`).join("\n")}\nTools that run programs or reach files: ${tools.length === 0 ? "none" : tools.join(", ")}`,
      remediation: "People who do not trust each other should not share a gateway: give them one each. Otherwise leave session.dmScope at \"auto\" or an isolating scope, and keep powerful tools away from guests.",
    }),
  ];
}

/** Continuo has no browser control and no hooks inside; they are named because OpenClaw's audit names them. */
function attackSurface({ accounts, config }: Survey): Finding {
  const withPolicy = (policy: string): number => accounts.filter(({ policy: { groupPolicy } }) => groupPolicy === policy).length;
  const lines = [
    `groups: open=${withPolicy("open")}, allowlist=${withPolicy("allowlist")}`,
    `tools.elevated: ${elevatedTools({ config }) ? "enabled" : "disabled"}`,
    `hooks.webhooks: ${config.hooks.enabled ? "enabled" : "disabled"}`,
    "hooks.internal: disabled",
    "browser control: disabled",
    "trust model: personal assistant (one owner; guests are apart from the owner and from each other)",
  ];
  return info({ checkId: "summary.attack_surface", title: "Attack surface summary", detail: lines.join("\n") });
}

export function summaryChecks(survey: Survey): readonly Finding[] {
  return [...multiUser(survey), attackSurface(survey)];
}
