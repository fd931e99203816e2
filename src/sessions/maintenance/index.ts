export { createMaintenance } from "./upkeep.ts";
export { createSteps, type MaintenanceParts, type MaintenanceSettings } from "./pass.ts";
export { cleanUp, type CleanedUp } from "./clean-up.ts";
export { deleteSession } from "./delete.ts";
export { previewCleanup, type CleanupPreview, type PlannedAction } from "./preview.ts";
export { restoreSession, type Restored } from "./restore.ts";
