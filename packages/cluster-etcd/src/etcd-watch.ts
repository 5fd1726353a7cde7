import type { WaitContext } from "@ts-grain/cluster/provider";
import type { EtcdClient } from "./etcd-client.ts";

/** Characters after which nobody reads on. */
const maxText = 1_000_000;

/** Keys, and how long to wait for a change of them. */
export interface AwaitedChange {
  readonly key: string;
  readonly rangeEnd: string;
  /** The first revision that is waited for. */
  readonly revision: number;
  readonly waitMs: number;
}

/** Resolves when a key has changed, when nothing of it could be heard, and at the latest when the wait is over. */
export async function untilChange(
  client: EtcdClient,
  { key, rangeEnd, revision, waitMs }: AwaitedChange,
  { clock, signal }: WaitContext,
): Promise<void> {
  const over = new AbortController();
  const timer = clock.schedule(waitMs, () => over.abort());
  const body = { create_request: { key, range_end: rangeEnd, start_revision: revision } };
  try {
    const ended = AbortSignal.any([signal, over.signal]);
    await untilSecondLine(await client.open({ method: "watch", body, signal: ended }));
  } catch (error) {
    if (signal.aborted || !over.signal.aborted) throw error;
  } finally {
    timer.cancel();
    over.abort();
  }
}

/** The first line says that the watch was created; whatever follows it is news. */
async function untilSecondLine(response: Response): Promise<void> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk, { stream: true });
    if (/\n./.test(text) || text.length > maxText) return;
  }
}
