import { statement } from "../statement.ts";

/**
 * Takes a lease that nobody holds, or holds it on; 0 rows while somebody else has it. A new holder raises the fence.
 */
export const takeLease = statement<{ name: string; holder: string; now: number; lease_until: number }>((db, p) =>
  db
    .insertInto("leases")
    .values({ name: p("name"), holder: p("holder"), fence: 1, lease_until: p("lease_until"), since: p("now") })
    .onConflict((conflict) =>
      conflict
        .column("name")
        .doUpdateSet((eb) => ({
          holder: eb.ref("excluded.holder"),
          fence: eb.case().when("leases.holder", "=", eb.ref("excluded.holder")).then(eb.ref("leases.fence")).else(eb("leases.fence", "+", 1)).end(),
          since: eb.case().when("leases.holder", "=", eb.ref("excluded.holder")).then(eb.ref("leases.since")).else(eb.ref("excluded.since")).end(),
          lease_until: eb.ref("excluded.lease_until"),
        }))
        .where((eb) => eb.or([eb("leases.holder", "=", eb.ref("excluded.holder")), eb("leases.lease_until", "<=", p("now"))])),
    ),
);
