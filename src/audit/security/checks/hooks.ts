import { critical, warn, type Finding } from "../finding.ts";
import { gatewaySecret, isRemote, LEAST_SECRET, type Reach } from "./gateway.ts";

type Words = Parameters<typeof warn>[0];

/** Worse where other machines can send them. */
function byReach(reach: Reach): (words: Words) => Finding {
  return isRemote(reach) ? critical : warn;
}

function tokens({ config }: Reach): Finding[] {
  const { token } = config.hooks;
  // A variable that this shell has not got stays as it is written, and nothing is known of what it holds.
  if (token === undefined || token.includes("${")) return [];
  const findings: Finding[] = [];
  if (token.length < LEAST_SECRET) {
    findings.push(
      warn({
        checkId: "hooks.token_too_short",
        title: "Hooks token looks short",
        detail: `hooks.token has ${token.length} characters; it should have ${LEAST_SECRET} random ones or more.`,
        remediation: "Set hooks.token to what `openssl rand -hex 24` prints.",
      }),
    );
  }
  if (gatewaySecret(config)?.value === token) {
    findings.push(
      critical({
        checkId: "hooks.token_reuse_gateway_token",
        title: "Hooks and gateway have the same secret",
        detail: "Whoever may send a hook is thereby an operator of the gateway, with every conversation.",
        remediation: "Give hooks.token a value of its own.",
      }),
    );
  }
  return findings;
}

function agents(reach: Reach): Finding[] {
  const { allowedAgentIds } = reach.config.hooks;
  if (allowedAgentIds !== undefined && !allowedAgentIds.includes("*")) return [];
  return [
    byReach(reach)({
      checkId: "hooks.allowed_agent_ids_unrestricted",
      title: "Hooks may be sent to every agent",
      detail: "hooks.allowedAgentIds is unset: the sender of a hook chooses the agent.",
      remediation: "List the agents that hooks are for in hooks.allowedAgentIds.",
    }),
  ];
}

function sessionKeys(reach: Reach): Finding[] {
  const { defaultSessionKey, allowRequestSessionKey, allowedSessionKeyPrefixes } = reach.config.hooks;
  const findings: Finding[] = [];
  if ((defaultSessionKey ?? "").trim() === "") {
    findings.push(
      warn({
        checkId: "hooks.default_session_key_unset",
        title: "Hooks have no session of their own",
        detail: "hooks.defaultSessionKey is unset: each hook gets a session that is made up for it.",
        remediation: 'Run: continuo config set hooks.defaultSessionKey "hook:ingress"',
      }),
    );
  }
  if (!allowRequestSessionKey) return findings;
  findings.push(
    byReach(reach)({
      checkId: "hooks.request_session_key_enabled",
      title: "Senders of hooks choose the session",
      detail: "hooks.allowRequestSessionKey=true: a hook may write into the conversation that its sender names.",
      remediation: "Run: continuo config unset hooks.allowRequestSessionKey",
    }),
  );
  if ((allowedSessionKeyPrefixes ?? []).length === 0) {
    findings.push(
      byReach(reach)({
        checkId: "hooks.request_session_key_prefixes_missing",
        title: "Senders of hooks may choose any session",
        detail: "hooks.allowedSessionKeyPrefixes is unset, so that private conversations are among them.",
        remediation: 'Run: continuo config set hooks.allowedSessionKeyPrefixes \'["hook:"]\'',
      }),
    );
  }
  return findings;
}

/** The configuration refuses it too; said here in case it is ever let through. */
function path({ config: { hooks } }: Reach): Finding[] {
  if (hooks.path.trim().replace(/\/+$/, "") !== "") return [];
  return [
    critical({
      checkId: "hooks.path_root",
      title: "Hooks take the whole address",
      detail: 'hooks.path="/" puts every other path of the gateway behind the hooks.',
      remediation: 'Run: continuo config set hooks.path "/hooks"',
    }),
  ];
}

/** What others may send in by HTTP, once hooks are switched on (spec 1.8, 9). */
export function hookChecks(reach: Reach): readonly Finding[] {
  return reach.config.hooks.enabled ? [path, tokens, sessionKeys, agents].flatMap((check) => check(reach)) : [];
}
