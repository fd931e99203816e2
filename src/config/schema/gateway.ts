import { z } from "zod";
import { count, foreign, positive, secret, setting, validated } from "./fields.ts";

const auth = z.strictObject({
  mode: setting(z.enum(["none", "token", "password", "trusted-proxy"]).optional(), "How clients prove themselves; unset follows what is given below.", "token"),
  token: setting(secret(), "What every client has to present.", "${OPENCLAW_GATEWAY_TOKEN}"),
  password: setting(secret(), "The same as a password.", "${OPENCLAW_GATEWAY_PASSWORD}"),
  rateLimit: validated(
    z.strictObject({
      maxAttempts: z.number().min(1).optional(),
      windowMs: z.number().min(0).optional(),
      lockoutMs: z.number().min(0).optional(),
      exemptLoopback: z.boolean().optional(),
    }).optional(),
    "Wrong attempts before an address is locked out.",
    { maxAttempts: 10, windowMs: 60_000, lockoutMs: 300_000 },
  ),
  allowTailscale: foreign(),
  trustedProxy: foreign(),
});

const endpoint = z.strictObject({
  enabled: validated(z.boolean().default(false), "Serve this OpenAI-compatible endpoint.", true),
  maxBodyBytes: validated(positive.optional(), "Largest request.", 20_000_000),
  maxImageParts: foreign(),
  maxTotalImageBytes: foreign(),
  maxUrlParts: foreign(),
  files: foreign(),
  images: foreign(),
});

const http = z.strictObject({
  endpoints: z.strictObject({ chatCompletions: endpoint.prefault({}), responses: endpoint.prefault({}) }).prefault({}),
  securityHeaders: foreign(),
});

const controlUi = z.strictObject({
  enabled: setting(z.boolean().default(true), "Serve the web page.", true),
  allowedOrigins: setting(z.array(z.string()).default([]), "Other origins that may open the WebSocket from a browser.", ["https://home.example.com"]),
  basePath: validated(z.string().optional(), "Path under which the page is served.", "/continuo"),
  root: foreign(),
  embedSandbox: foreign(),
  allowExternalEmbedUrls: foreign(),
  dangerouslyAllowHostHeaderOriginFallback: foreign(),
  allowInsecureAuth: foreign(),
  dangerouslyDisableDeviceAuth: foreign(),
  chatMessageMaxWidth: foreign(),
});

const remote = z.strictObject({
  url: setting(z.string().optional(), "A gateway elsewhere, for the command line.", "ws://192.168.1.10:18789"),
  token: setting(secret(), "Its token.", "${REMOTE_TOKEN}"),
  password: setting(secret(), "Its password.", "${REMOTE_PASSWORD}"),
  transport: foreign(),
  tlsFingerprint: foreign(),
  sshTarget: foreign(),
  sshIdentity: foreign(),
});

/** Spec 1.9. */
export const gatewaySchema = z.strictObject({
  port: setting(z.int().min(0).max(65_535).default(18_789), "Port of the gateway; 0 takes any free one. OPENCLAW_GATEWAY_PORT wins.", 18_789),
  mode: setting(z.enum(["local", "remote"]).default("local"), "`remote` lets the command line use a gateway elsewhere.", "local"),
  bind: setting(z.enum(["loopback", "lan", "tailnet", "auto", "custom"]).default("loopback"), "Where it listens; beyond `loopback` a token or password is required.", "loopback"),
  customBindHost: setting(z.string().optional(), "The address for `bind: \"custom\"`.", "192.168.1.10"),
  auth: auth.prefault({}),
  controlUi: controlUi.prefault({}),
  http: http.prefault({}),
  tools: validated(z.strictObject({ allow: z.array(z.string()).optional(), deny: z.array(z.string()).optional() }).optional(), "Tools that HTTP clients may call.", { allow: ["session_status"] }),
  reload: z
    .strictObject({
      mode: setting(z.enum(["hybrid", "hot", "restart", "off"]).default("hybrid"), "`off` does not watch this file; the others take changes over while running.", "hybrid"),
      debounceMs: setting(count.default(300), "Quiet time before a change is read.", 300),
      deferralTimeoutMs: foreign(),
    })
    .prefault({}),
  handshakeTimeoutMs: setting(positive.default(15_000), "Time that a client has for its handshake.", 15_000),
  remote: remote.optional(),
  trustedProxies: validated(z.array(z.string()).default([]), "Proxies whose forwarded address is believed.", ["10.0.0.2"]),
  allowRealIpFallback: foreign(),
  webchat: foreign(),
  channelHealthCheckMinutes: foreign(),
  channelStaleEventThresholdMinutes: foreign(),
  channelMaxRestartsPerHour: foreign(),
  tailscale: foreign(),
  tls: foreign(),
  push: foreign(),
  nodes: foreign(),
});
