import { z } from "zod";
import { configSchema } from "./schema.ts";

/** The part of JSON Schema that this room reads back, for errors and the reference page. */
export interface SchemaNode {
  readonly type?: string | readonly string[];
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly additionalProperties?: SchemaNode | boolean;
  readonly items?: SchemaNode;
  readonly anyOf?: readonly SchemaNode[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly default?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly description?: string;
  readonly examples?: readonly unknown[];
  readonly "x-unused"?: boolean;
  readonly "x-foreign"?: boolean;
  readonly "x-kind"?: "duration" | "size" | "secret" | "id" | "model";
}

/**
 * The JSON Schema (2020-12) of the file as a person writes it: durations as text, defaults not required.
 * Editors read it; every setting carries its meaning and an example.
 */
export function configJsonSchema(): SchemaNode & { readonly title: string } {
  const schema = z.toJSONSchema(configSchema, {
    io: "input",
    unrepresentable: "any",
    override: ({ jsonSchema }) => {
      if (jsonSchema["maximum"] === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
      if (!("x-example" in jsonSchema)) return;
      jsonSchema.examples = [jsonSchema["x-example"]];
      delete jsonSchema["x-example"];
    },
  });
  return { title: "Configuration of Continuo", ...(schema as SchemaNode) };
}
