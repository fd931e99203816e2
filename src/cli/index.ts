export { createCli, runCli } from "./program.ts";
export type {
  CliDeps,
  CliPaths,
  CliTime,
  Daemon,
  GatewayFile,
  LiveScreen,
  LoadedSettings,
  LocalOperations,
  RunOptions,
  Settings,
  Terminal,
} from "./deps.ts";
