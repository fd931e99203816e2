import { AsyncLocalStorage } from "node:async_hooks";
import type { Receive } from "../inbox/receive.ts";
import type { Traces, Trip } from "../observe/traces.ts";
import type { LinePeople, LineSettings } from "./line.ts";

/** What stands around the entrance of the line, so that each room that a message passes there is seen. */
export interface ObservedEntrance {
  settings(settings: LineSettings): LineSettings;
  people(people: LinePeople): LinePeople;
  receive(receive: Receive): Receive;
}

/** Nobody looks on: everything is as it is. */
export const UNOBSERVED: ObservedEntrance = { settings: (settings) => settings, people: (people) => people, receive: (receive) => receive };

/** The rooms do not know of each other's times: a message carries them along its asynchronous way. */
export function tracedEntrance(traces: Traces): ObservedEntrance {
  const trips = new AsyncLocalStorage<Trip>();
  const passed = (room: "people" | "admission" | "routing", start: number): void => {
    const rooms = trips.getStore()?.rooms;
    // Routing is asked again at the commit: the first time is the one on the way there.
    if (rooms !== undefined && !rooms.has(room)) rooms.set(room, { start, end: traces.now() });
  };
  return {
    settings: (settings) => ({
      ...settings,
      admit(message, activation) {
        const start = traces.now();
        const admission = settings.admit(message, activation);
        passed("admission", start);
        return admission;
      },
      route(message) {
        const start = traces.now();
        const route = settings.route(message);
        passed("routing", start);
        return route;
      },
    }),
    people: (people) => ({
      ...people,
      doorway: {
        ...people.doorway,
        async identify(message) {
          const start = traces.now();
          const identified = await people.doorway.identify(message);
          passed("people", start);
          return identified;
        },
      },
    }),
    receive: (receive) => async (message, offered) => {
      const trip = traces.begin();
      const outcome = await trips.run(trip, () => receive(message, offered));
      traces.arrived(trip, message, outcome);
      return outcome;
    },
  };
}
