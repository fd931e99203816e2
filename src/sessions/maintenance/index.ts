export { createMaintenance, createSteps, type Maintenance, type MaintenanceParts, type MaintenanceSettings } from "./upkeep.ts";
export { restoreSession, type Restored } from "./restore.ts";
