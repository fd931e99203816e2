export { createCli, runCli } from "./program.ts";
export type {
  CliDeps,
  CliPaths,
  CliTime,
  Daemon,
  GatewayFile,
  LoadedSettings,
  LocalOperations,
  RunOptions,
  Settings,
  Terminal,
} from "./deps.ts";
