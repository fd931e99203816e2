export { createChunks } from "./rows.ts";
export { createFiles } from "./files.ts";
export { createIntake, type MediaLimits } from "./intake.ts";
export { createMedia, type Media } from "./media.ts";
export { createMediaUpkeep, type MediaHealth, type MediaUpkeep } from "./upkeep.ts";
export type { MediaPlace } from "./place.ts";
