import { z } from "zod";

/** Grows when an older Continuo could not read what a newer one writes (docs/formats.md, "Backups"). */
export const BACKUP_VERSION = 1;

const shape = z.object({ name: z.string(), columns: z.array(z.string()), key: z.array(z.string()) });

/** The first line: what the rest has to be read with. */
export const headSchema = z.object({
  format: z.literal("continuo-backup"),
  version: z.number().int().positive(),
  product: z.string(),
  schema: z.number().int().positive(),
  engine: z.enum(["sqlite", "postgres"]),
  /** ms since the Unix epoch: the moment whose state it holds. */
  at: z.number(),
  tables: z.array(shape),
});

const digest = z.object({ rows: z.number().int().nonnegative(), sha256: z.string() });

/** The last line: what has to be there, and that all of it is. */
export const manifestSchema = headSchema.extend({
  tables: z.array(shape.extend(digest.shape)),
  files: z.array(z.object({ name: z.string(), bytes: z.number().int(), sha256: z.string() })),
  counters: z.record(z.string(), z.number()),
});

export const endSchema = z.object({ manifest: manifestSchema, sha256: z.string() });

export type Head = z.output<typeof headSchema>;
export type Manifest = z.output<typeof manifestSchema>;

/** A small file that goes along: the configuration, the secret that signs device tokens. */
export interface PackedFile {
  /** `config/<path>` or `continuo/<path>`. */
  readonly name: string;
  readonly content: Uint8Array;
}
