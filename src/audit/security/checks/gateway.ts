import type { Config } from "../../../config/index.ts";
import { critical, info, warn, type Finding } from "../finding.ts";
import { isPowerful } from "../powerful-tools.ts";
import type { Survey } from "../survey.ts";

export const LEAST_SECRET = 24;

const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[?::1\]?)$/i;

/** What these checks read of a survey. */
export type Reach = Pick<Survey, "config" | "facts">;

/** Other machines can reach it. `auto` is loopback here; `tailnet` is too where there is none, but there may be one. */
export function isRemote({ config, facts }: Reach): boolean {
  if (facts.listening !== null && !LOOPBACK.test(facts.listening)) return true;
  const { bind, customBindHost } = config.gateway;
  if (bind === "custom") return customBindHost !== undefined && !LOOPBACK.test(customBindHost.trim());
  return bind === "lan" || bind === "tailnet";
}

function where({ config, facts }: Reach): string {
  const { bind } = config.gateway;
  return bind === "loopback" && facts.listening !== null ? `The gateway listens on ${facts.listening}` : `gateway.bind="${bind}"`;
}

/** The secret that clients have to present; never printed. */
export function gatewaySecret({ gateway: { auth } }: Config): { readonly kind: "token" | "password"; readonly value: string } | null {
  if (auth.mode === "none") return null;
  const kind = auth.mode === "token" || auth.mode === "password" ? auth.mode : auth.token === undefined && auth.password !== undefined ? "password" : "token";
  const value = auth[kind];
  return value === undefined ? null : { kind, value };
}

/** Where a token is unset the first start makes one: only `none` leaves the door open. */
function withoutAuth(reach: Reach): Finding[] {
  if (reach.config.gateway.auth.mode !== "none") return [];
  if (isRemote(reach)) {
    return [
      critical({
        checkId: "gateway.bind_no_auth",
        title: "Gateway binds beyond loopback without auth",
        detail: `${where(reach)} and gateway.auth.mode="none": every machine that reaches it has every conversation.`,
        remediation: "Run: continuo config set gateway.auth.mode token (a token is made at the next start), or set gateway.bind to loopback.",
      }),
    ];
  }
  return [
    critical({
      checkId: "gateway.loopback_no_auth",
      title: "Gateway auth is off on loopback",
      detail: 'gateway.auth.mode="none": every program and every user of this machine has every conversation, and so has whatever a proxy lets through.',
      remediation: "Run: continuo config set gateway.auth.mode token (a token is made at the next start).",
    }),
  ];
}

function strength({ config }: Reach): Finding[] {
  const secret = gatewaySecret(config);
  if (secret === null || secret.value.length >= LEAST_SECRET) return [];
  return [
    warn({
      checkId: `gateway.${secret.kind}_too_short`,
      title: `Gateway ${secret.kind} looks short`,
      detail: `The gateway's ${secret.kind} has ${secret.value.length} characters; it should have ${LEAST_SECRET} random ones or more.`,
      remediation: `Set gateway.auth.${secret.kind} to what \`openssl rand -hex 24\` prints.`,
    }),
  ];
}

function rateLimit(reach: Reach): Finding[] {
  const { config } = reach;
  if (!isRemote(reach) || config.gateway.auth.rateLimit !== undefined || config.gateway.auth.mode === "none") return [];
  return [
    warn({
      checkId: "gateway.auth_no_rate_limit",
      title: "No limit for wrong attempts at the gateway",
      detail: `${where(reach)} without gateway.auth.rateLimit: the secret can be guessed as fast as the machine answers.`,
      remediation: 'Run: continuo config set gateway.auth.rateLimit \'{"maxAttempts":10,"windowMs":60000,"lockoutMs":300000}\'',
    }),
  ];
}

function endpoints({ gateway: { http } }: Config): string[] {
  const { chatCompletions, responses } = http.endpoints;
  return [...(chatCompletions.enabled ? ["/v1/chat/completions"] : []), ...(responses.enabled ? ["/v1/responses"] : [])];
}

function http(reach: Reach): Finding[] {
  const { config } = reach;
  const paths = endpoints(config);
  if (paths.length === 0) return [];
  const findings: Finding[] = [
    info({
      checkId: "gateway.http.session_key_override_enabled",
      title: "HTTP clients may name the session they speak in",
      detail: `${paths.join(", ")} take a session key from the caller: whoever has the gateway's secret reads and writes every session.`,
      remediation: "Hand the secret only to programs that you trust with all conversations.",
    }),
  ];
  if (config.gateway.auth.mode !== "none") return findings;
  const words = {
    checkId: "gateway.http.no_auth",
    title: "HTTP endpoints are reachable without auth",
    detail: `gateway.auth.mode="none" leaves ${paths.join(", ")} open to whoever reaches the gateway.`,
    remediation: "Run: continuo config set gateway.auth.mode token (a token is made at the next start).",
  };
  return [isRemote(reach) ? critical(words) : warn(words), ...findings];
}

function toolsOverHttp(reach: Reach): Finding[] {
  const { config } = reach;
  const dangerous = (config.gateway.tools?.allow ?? []).filter((tool) => isPowerful(tool) && config.gateway.tools?.deny?.includes(tool) !== true);
  if (dangerous.length === 0) return [];
  const words = {
    checkId: "gateway.tools_invoke_http.dangerous_allow",
    title: "Powerful tools may be called over HTTP",
    detail: `gateway.tools.allow hands ${dangerous.join(", ")} to callers of /tools/invoke.`,
    remediation: "Take them out of gateway.tools.allow.",
  };
  return [isRemote(reach) ? critical(words) : warn(words)];
}

/** Any page in a browser of the house could then try to connect. */
function origins(reach: Reach): Finding[] {
  const { config } = reach;
  if (!config.gateway.controlUi.allowedOrigins.includes("*")) return [];
  const words = {
    checkId: "gateway.control_ui.allowed_origins_wildcard",
    title: "Pages of any origin may connect to the gateway",
    detail: 'gateway.controlUi.allowedOrigins includes "*": a page that you visit can try to speak to your gateway.',
    remediation: "Name the origins one by one, or take the setting out.",
  };
  return [isRemote(reach) || config.gateway.auth.mode === "none" ? critical(words) : warn(words)];
}

function logging({ config: { logging: { redactSensitive } } }: Reach): Finding[] {
  if (redactSensitive !== "off") return [];
  return [
    warn({
      checkId: "logging.redact_off",
      title: "Secrets may reach the log",
      detail: 'logging.redactSensitive="off"',
      remediation: "Run: continuo config set logging.redactSensitive tools",
    }),
  ];
}

/** Who can reach the gateway, and with what (spec 1.9, 9). */
export function gatewayChecks(reach: Reach): readonly Finding[] {
  return [withoutAuth, strength, rateLimit, http, toolsOverHttp, origins, logging].flatMap((check) => check(reach));
}
