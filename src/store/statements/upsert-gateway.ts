import { statement } from "../statement.ts";
import type { GatewayRow } from "../tables.ts";

/** A gateway says that it lives. */
export const upsertGateway = statement<GatewayRow>((db, p) =>
  db
    .insertInto("gateways")
    .values({ id: p("id"), version: p("version"), address: p("address"), started_at: p("started_at"), lease_until: p("lease_until") })
    .onConflict((conflict) =>
      conflict.column("id").doUpdateSet((eb) => ({ address: eb.ref("excluded.address"), lease_until: eb.ref("excluded.lease_until") })),
    ),
);
