/** Moving in from OpenClaw, and out again (docs/moving-in.md). */
export { foundInDatabase } from "./database.ts";
export type { FoundAgent, Trouble } from "./found.ts";
export { exportOpenClaw, type ExportReport } from "./export.ts";
export { importOpenClaw, type Imported } from "./import.ts";
export type { Known } from "./keys.ts";
export type { ConfigNote, ImportedSession, ImportReport, NotMapped, ProposedPerson, Totals } from "./report.ts";
export { exportOne, findOne, FORMATS } from "./one.ts";
export { createKeepSent, type SentDoor } from "./sent.ts";
export { findDatabases, findFolders, scanFolder } from "./scan.ts";
