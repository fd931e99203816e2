import { describeChange, enabledChannels, watchConfig, type ConfigWatcher, type Environment } from "../config/index.ts";
import type { Gateway } from "../gateway/index.ts";
import type { Log } from "../logging/log.ts";
import type { RunningChanges } from "./changes.ts";
import type { RunningChannels } from "./channels.ts";
import { offerAllMenus } from "./menus.ts";
import { accessSettings, refuseUnserved, secretsOf, type Configuration } from "./startup.ts";

export interface ReloadParts {
  readonly configuration: Configuration;
  readonly changes: RunningChanges;
  readonly channels: RunningChannels;
  readonly gateway: Gateway;
  readonly log: Log;
  readonly env: Environment;
}

/** Takes up a changed file while running; one that cannot be used changes nothing and says why. */
export async function watchConfiguration(parts: ReloadParts): Promise<Pick<ConfigWatcher, "close">> {
  const { configuration, changes, channels, gateway, log, env } = parts;
  if (configuration.compiled.config.gateway.reload.mode === "off") return { close: () => undefined };
  return watchConfig({
    current: configuration.loaded,
    env,
    debounceMs: configuration.compiled.config.gateway.reload.debounceMs,
    onChange({ config, changedPaths, changes: found, warnings }) {
      // Whatever throws does so before anything has changed.
      refuseUnserved(config);
      changes.adoptFile(config, warnings);
      log.setSecrets(secretsOf(config));
      for (const change of found) log.info({ effect: change.effect }, `configuration changed: ${describeChange(change)}`);
      for (const warning of warnings) log.warn({}, warning);
      gateway.updateSettings(accessSettings(config));
      channels
        .reload(config, changedPaths)
        .then(() => offerAllMenus(channels, enabledChannels(config), log))
        .catch((error: unknown) => log.error({ err: error }, "the channels could not take up the change"));
    },
    onError: (error) => log.error({ code: error.code }, `${error.message} The configuration that runs stays in force. ${error.cure}`),
  });
}
