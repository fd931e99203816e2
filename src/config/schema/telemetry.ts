import { z } from "zod";
import { mapOf, setting } from "./fields.ts";

const traces = z.strictObject({
  endpoint: setting(z.url({ protocol: /^https?$/ }).optional(), "Where traces are sent, as OTLP over HTTP; unset sends none. An address without a path means `/v1/traces` there.", "http://127.0.0.1:4318"),
  headers: setting(mapOf(z.string()).optional(), "Sent along with them: what the collector wants to see of a key.", { authorization: "Bearer ${OTLP_KEY}" }),
  sampleRate: setting(z.number().min(0).max(1).default(1), "The share of messages that are traced; the same ones in every gateway.", 0.1),
});

/** What a gateway tells of its work to programs that watch it (docs/observability.md). */
export const telemetrySchema = z.strictObject({ traces: traces.prefault({}) });
