import { fieldOf, textOf, type WaitContext } from "@ts-grain/cluster/provider";
import type { AnswerBody } from "./bounded-text.ts";
import type { PodClient } from "./pod-client.ts";
import { versionOf } from "./pod-member.ts";

/** Milliseconds after which a watch ends by itself and is begun again. */
const watchMs = 60_000;
/** Milliseconds beyond which a watch that has not ended is taken to hang. */
const graceMs = 5_000;
/** Characters of the longest event: a pod takes far less. */
const maxText = 4 * 1024 * 1024;

/** What has happened to a pod. */
export interface PodEvent {
  /** A bookmark only brings a newer version. */
  readonly type: "ADDED" | "MODIFIED" | "DELETED" | "BOOKMARK";
  readonly pod: unknown;
  readonly version: string;
}

/** The versions after the given one are not kept any more: the list must be read anew. */
export class VersionGone extends Error {}

/**
 * Yields what happens after a version. Ends when the watch does, for whatever reason: it can be begun again after the last
 * event.
 *
 * @throws VersionGone; KubernetesRefusal or what the client library throws when the watch could not be begun.
 */
export async function* watchPods(
  client: PodClient,
  { clusterName, version }: { readonly clusterName: string; readonly version: string },
  { clock, signal }: WaitContext,
): AsyncIterable<PodEvent> {
  const over = new AbortController();
  const timer = clock.schedule(watchMs + graceMs, () => over.abort(new Error("the watch did not end")));
  try {
    const ended = AbortSignal.any([signal, over.signal]);
    const body = await client.watch(clusterName, { version, timeoutMs: watchMs }, ended);
    for await (const line of linesOf(body)) yield readEvent(line);
  } finally {
    timer.cancel();
    over.abort();
  }
}

/** The lines of an answer until it ends, breaks off, or one of them is longer than any event. */
async function* linesOf(body: AnswerBody): AsyncIterable<string> {
  const decoder = new TextDecoder();
  const reader = body?.getReader();
  let text = "";
  for (;;) {
    // A connection that breaks off is no more than a watch that ends.
    const chunk = await reader?.read().catch(() => undefined);
    if (!chunk || chunk.done) return;
    const lines = (text + decoder.decode(chunk.value, { stream: true })).split("\n");
    text = lines.pop() ?? "";
    yield* lines.filter((line) => line !== "");
    if (text.length > maxText) return;
  }
}

function readEvent(line: string): PodEvent {
  const event: unknown = JSON.parse(line);
  const [type, pod] = [textOf(event, "type"), fieldOf(event, "object")];
  if (type === "ERROR" && fieldOf(pod, "code") === 410) throw new VersionGone(textOf(pod, "message"));
  const isKnown = type === "ADDED" || type === "MODIFIED" || type === "DELETED" || type === "BOOKMARK";
  if (!isKnown) throw new Error(`Kubernetes sent an event of type ${type}: ${textOf(pod, "message")}`);
  return { type, pod, version: versionOf(pod) };
}
