import type { Generated } from "kysely";

/** Columns that the database fills when an insert leaves them out. */
export type Defaulted<Row, Keys extends keyof Row> = Omit<Row, Keys> & { [K in Keys]: Generated<Row[K]> };
