import { firstSchema } from "./0001-first-schema.ts";
import { peopleAndWalls } from "./0002-people-and-walls.ts";
import { sharedWork } from "./0003-shared-work.ts";
import { queueAndBudgets } from "./0004-queue-and-budgets.ts";
import { amends } from "./0005-amends.ts";
import { indexes } from "./0006-indexes.ts";
import { move } from "./0007-move.ts";
import { trash } from "./0008-trash.ts";
import { sessionLife } from "./0009-session-life.ts";
import { search } from "./0010-search.ts";
import { rights } from "./0011-rights.ts";
import { media } from "./0013-media.ts";
import { jobs } from "./0014-jobs.ts";
import type { Migration } from "./migration.ts";

/** In order; a number is never reused, a migration that has been released is never edited. */
export const MIGRATIONS: readonly Migration[] = [firstSchema, peopleAndWalls, sharedWork, queueAndBudgets, amends, indexes, move, trash, sessionLife, search, rights, media, jobs];

/** The lowest schema whose version of Continuo can work with the one that `version` migrations make. */
export function oldestReader(version: number): number {
  const breaking = MIGRATIONS.slice(0, version).findLastIndex((migration) => migration.breaking === true);
  return breaking + 1;
}
