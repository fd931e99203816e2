import { networkInterfaces } from "node:os";
import { editConfig, isSecretPath, load, writeFirstConfig, type Config, type Environment, type LoadedConfig } from "../config/index.ts";
import { ContinuoError } from "../domain/errors.ts";
import type { Ids } from "../domain/ids.ts";
import type { GatewaySettings } from "../gateway/index.ts";
import { createLog, type Log, type LogLevel } from "../logging/log.ts";
import { systemClock } from "../domain/clock.ts";
import { createDirectory } from "../people/index.ts";
import type { StatePaths } from "./state-paths.ts";
import { compileSettings, type CompiledSettings } from "./settings.ts";

export interface StartOptions {
  readonly env: Environment;
  readonly port: number | null;
  readonly bind: string | null;
  readonly verbose: boolean;
  readonly foreground: { readonly isTTY: boolean };
}

export interface Configuration {
  readonly path: string;
  readonly firstStart: boolean;
  readonly loaded: LoadedConfig;
  readonly compiled: CompiledSettings;
}

/** An existing file without any secret gets a token: the gateway is never open by omission. */
function lacksSecret(config: Config): boolean {
  const { auth } = config.gateway;
  return auth.mode !== "none" && auth.token === undefined && auth.password === undefined;
}

/** Settings that mean something, which this version does not do: to go on without them would surprise badly. */
export function refuseUnserved({ gateway }: Config): void {
  if (gateway.auth.mode === "trusted-proxy") {
    throw new ContinuoError("CONFIG_INVALID", 'gateway.auth.mode: "trusted-proxy" is not served by this version. Fix: use "token" or "password".');
  }
}

/** Reads the configuration, writing a first one where there is none. Throws CONFIG_*: nothing starts half-configured. */
export async function readConfiguration(path: string, start: StartOptions, ids: Ids): Promise<Configuration> {
  const first = await writeFirstConfig(path, ids);
  let loaded = await load(path, start.env);
  if (lacksSecret(loaded.config)) {
    await editConfig(path, [{ path: ["gateway", "auth", "token"], value: ids.token() }]);
    loaded = await load(path, start.env);
  }
  refuseUnserved(loaded.config);
  const compiled = compileSettings(loaded.config, { warnings: loaded.warnings, env: start.env, directory: createDirectory(), routingSource: null });
  return { path, firstStart: first.created, loaded, compiled };
}

const HOSTS: Readonly<Record<Exclude<Config["gateway"]["bind"], "tailnet">, string>> = {
  loopback: "127.0.0.1",
  lan: "0.0.0.0",
  auto: "127.0.0.1",
  custom: "127.0.0.1",
};

/** Tailscale gives its machines addresses of 100.64.0.0/10. */
const TAILNET = /^100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])\./;

/** This machine's address in the tailnet; loopback where it has none: never wider than what was asked for. */
export function tailnetHost(interfaces: Readonly<Record<string, readonly { readonly address: string }[] | undefined>>): string {
  const addresses = Object.values(interfaces).flatMap((list) => list ?? []);
  return addresses.find(({ address }) => TAILNET.test(address))?.address ?? HOSTS.loopback;
}

function hostOf(config: Config, bind: string | null): string {
  const { bind: configured, customBindHost } = config.gateway;
  const wanted = bind ?? configured;
  if (wanted === "tailnet") return tailnetHost(networkInterfaces());
  if (bind === null && configured === "custom" && customBindHost !== undefined) return customBindHost;
  return Object.hasOwn(HOSTS, wanted) ? HOSTS[wanted as keyof typeof HOSTS] : wanted;
}

export function accessSettings(config: Config): Pick<GatewaySettings, "auth" | "allowedOrigins"> {
  const { auth, controlUi } = config.gateway;
  const token = auth.token ?? null;
  const password = auth.password ?? null;
  const implied = token === null && password !== null ? "password" : "token";
  const mode = auth.mode === "none" || auth.mode === "password" || auth.mode === "token" ? auth.mode : implied;
  return { auth: { mode, token, password }, allowedOrigins: controlUi.allowedOrigins };
}

export function gatewaySettings(config: Config, start: StartOptions): GatewaySettings {
  return {
    host: hostOf(config, start.bind),
    port: start.port ?? config.gateway.port,
    handshakeTimeoutMs: config.gateway.handshakeTimeoutMs,
    page: config.gateway.controlUi.enabled,
    ...accessSettings(config),
  };
}

/** OpenClaw's level names, where ours are fewer. */
const LEVELS: Readonly<Record<Config["logging"]["level"], LogLevel>> = {
  silent: "silent",
  fatal: "error",
  error: "error",
  warn: "warn",
  info: "info",
  debug: "debug",
  trace: "debug",
};

export async function openLog(configuration: Configuration, files: StatePaths, start: StartOptions): Promise<Log> {
  const { config } = configuration.compiled;
  const path = config.logging.file ?? files.log;
  const { isTTY } = start.foreground;
  return createLog({
    level: start.verbose ? "debug" : LEVELS[config.logging.level],
    destination: isTTY ? { kind: "both", path } : { kind: "file", path },
    pretty: isTTY,
    stdout: process.stdout,
    clock: systemClock,
    secrets: secretsOf(config),
  });
}

/** Values that must never be written anywhere, wherever they turn up. */
export function secretsOf(config: Config): string[] {
  const walk = (value: unknown, path: readonly (string | number)[]): string[] => {
    if (typeof value === "string") return value.length >= 8 && isSecretPath(path) ? [value] : [];
    if (Array.isArray(value)) return value.flatMap((item, index) => walk(item, [...path, index]));
    return typeof value === "object" && value !== null ? Object.entries(value).flatMap(([key, item]) => walk(item, [...path, key])) : [];
  };
  return walk(config, []);
}
