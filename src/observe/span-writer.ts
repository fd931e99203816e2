import { createHash } from "node:crypto";
import type { Attributes, SpanContext } from "@opentelemetry/api";
import type { ReadableSpan, SpanExporter } from "@opentelemetry/sdk-trace";

export interface TraceSettings {
  readonly endpoint: string;
  readonly headers: Readonly<Record<string, string>>;
  /** In [0, 1]. */
  readonly sampleRate: number;
  readonly version: string;
  /** The collector does not take them; told once, until it takes some again. */
  onTrouble(error: unknown): void;
}

/** A stretch of time that is over, ms since the Unix epoch with its fractions. */
export interface Stretch {
  readonly start: number;
  readonly end: number;
}

export interface FinishedSpan extends Stretch {
  /** The run whose trace it belongs to. */
  readonly runId: string;
  /** Its own name within the trace, where others have to find it; null takes any. */
  readonly key: string | null;
  /** The key of the span that it lies in; null for the root. */
  readonly parent: string | null;
  readonly name: string;
  readonly kind: "internal" | "consumer" | "client";
  readonly attributes: Attributes;
  readonly failed: boolean;
  /** Runs whose messages this one works on too. */
  readonly linked?: readonly string[];
}

export interface SpanWriter {
  write(span: FinishedSpan): void;
  stop(): Promise<void>;
}

/** How long what was collected may stay here: it is lost when the process is killed. */
const EXPORT_EVERY_MS = 1_000;
/** A collector that does not answer must not keep a gateway from stopping. */
const EXPORT_TIMEOUT_MS = 3_000;

function hash(text: string, chars: number): string {
  return createHash("sha256").update(text).digest("hex").slice(0, chars);
}

/** The same in every process and after every restart: nothing has to be handed on for spans to meet in one trace. */
export function traceIdOf(runId: string): string {
  return hash(`continuo trace ${runId}`, 32);
}

export function spanIdOf(runId: string, key: string): string {
  return hash(`continuo span ${runId} ${key}`, 16);
}

/** Names a session without saying whose it is. */
export function sessionHash(sessionKey: string): string {
  return hash(`continuo session ${sessionKey}`, 16);
}

/** The key of a trace's root span. */
export const ROOT_KEY = "root";

function collectorUrl(endpoint: string): string {
  const url = new URL(endpoint);
  if (url.pathname === "/") url.pathname = "/v1/traces";
  return url.href;
}

/** Tells when spans cannot be delivered, once until they can be again. */
function audible(exporter: SpanExporter, onTrouble: (error: unknown) => void): SpanExporter {
  let troubled = false;
  return {
    export(spans: ReadableSpan[], done) {
      exporter.export(spans, (result) => {
        const failed = result.error !== undefined;
        if (failed && !troubled) onTrouble(result.error);
        troubled = failed;
        done(result);
      });
    },
    shutdown: () => exporter.shutdown(),
  };
}

/** The SDK is loaded here, by those who trace. */
export async function openSpanWriter({ endpoint, headers, sampleRate, version, onTrouble }: TraceSettings): Promise<SpanWriter> {
  const { ROOT_CONTEXT, SpanKind, SpanStatusCode, trace, TraceFlags } = await import("@opentelemetry/api");
  const { BatchSpanProcessor, TraceIdRatioBasedSampler, TracerProvider } = await import("@opentelemetry/sdk-trace");
  const { OTLPTraceExporter } = await import("@opentelemetry/exporter-trace-otlp-http");
  const { defaultResource, resourceFromAttributes } = await import("@opentelemetry/resources");
  const exporter = audible(new OTLPTraceExporter({ url: collectorUrl(endpoint), headers: { ...headers }, timeoutMillis: EXPORT_TIMEOUT_MS }), onTrouble);
  const next = { traceId: "", spanId: "" };
  const provider = new TracerProvider({
    resource: defaultResource().merge(resourceFromAttributes({ "service.name": "continuo", "service.version": version })),
    // By the trace's id: every process decides the same.
    sampler: new TraceIdRatioBasedSampler(sampleRate),
    idGenerator: { generateTraceId: () => next.traceId, generateSpanId: () => next.spanId },
    spanProcessors: [new BatchSpanProcessor({ exporter, scheduledDelayMillis: EXPORT_EVERY_MS, exportTimeoutMillis: EXPORT_TIMEOUT_MS })],
  });
  const tracer = provider.getTracer("continuo", version);
  const kinds = { internal: SpanKind.INTERNAL, consumer: SpanKind.CONSUMER, client: SpanKind.CLIENT } as const;
  const contextOf = (runId: string, key: string): SpanContext => ({ traceId: traceIdOf(runId), spanId: spanIdOf(runId, key), traceFlags: TraceFlags.SAMPLED, isRemote: true });
  let count = 0;
  return {
    write({ runId, key, parent, name, kind, attributes, failed, start, end, linked = [] }) {
      next.traceId = traceIdOf(runId);
      next.spanId = spanIdOf(runId, key ?? `${name} ${start} ${++count}`);
      const within = parent === null ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, contextOf(runId, parent));
      const links = linked.map((other) => ({ context: contextOf(other, ROOT_KEY) }));
      const span = tracer.startSpan(name, { startTime: start, kind: kinds[kind], attributes, links }, within);
      if (failed) span.setStatus({ code: SpanStatusCode.ERROR });
      span.end(end);
    },
    stop: () => provider.shutdown(),
  };
}
