import { ContinuoError } from "../domain/errors.ts";
import type { MovingDesk } from "../operations/index.ts";
import { announceSession, publish } from "./announce.ts";
import type { House } from "./house.ts";
import { jobMover } from "./jobs.ts";
import { createMoving } from "./moving.ts";

/** Moving in and out while the gateway works: whoever looks on sees what comes. */
export function liveMoving(house: House): MovingDesk {
  const { start, configuration, stateDir, store, clock, settings, doors } = house;
  return createMoving({
    ...{ store, clock, env: start.env, paths: { stateDir, configPath: configuration.path }, settings, rooms: { media: house.media.media, jobs: jobMover(house) } },
    onProgress: (progress) => publish(house, "moving.progress", progress),
    rebuild: async (agentId, onProgress) => {
      if (doors.mirror === undefined) throw new ContinuoError("CHANGE_BUSY", "The gateway is starting.");
      return doors.mirror.rebuild(agentId, onProgress);
    },
    onImported(conversation) {
      announceSession(house, conversation.key, "imported");
      doors.mirror?.moved([conversation]);
    },
  });
}
