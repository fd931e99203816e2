import { statement } from "../statement.ts";
import type { GatewayRow } from "../tables.ts";

/** The gateways that are taken to be alive, the eldest first. */
export const listLiveGateways = statement<{ now: number }, GatewayRow>((db, p) =>
  db.selectFrom("gateways").selectAll().where("lease_until", ">", p("now")).orderBy("started_at").orderBy("id"),
);
