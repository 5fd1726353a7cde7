import type { WaitContext } from "@ts-grain/cluster/provider";
import type { EtcdClient } from "./etcd-client.ts";
import { Watch } from "./gen/etcdserverpb/rpc_pb.ts";

/** Keys, and how long to wait for a change of them. */
export interface AwaitedChange {
  readonly key: Uint8Array;
  readonly rangeEnd: Uint8Array;
  /** The first revision that is waited for. */
  readonly startRevision: bigint;
  readonly waitMs: number;
}

/** Resolves when a key has changed, when nothing of it could be heard, and at the latest when the wait is over. */
export async function untilChange(
  client: EtcdClient,
  { waitMs, ...keys }: AwaitedChange,
  { clock, signal }: WaitContext,
): Promise<void> {
  const over = new AbortController();
  const timer = clock.schedule(waitMs, () => over.abort());
  const request = { requestUnion: { case: "createRequest", value: keys } } as const;
  try {
    const ended = AbortSignal.any([signal, over.signal]);
    await client.follow({ method: Watch.method.watch, request, signal: ended }, untilSecond);
  } catch (error) {
    if (signal.aborted || !over.signal.aborted) throw error;
  } finally {
    timer.cancel();
    over.abort();
  }
}

/** The first answer says that the watch was created; whatever follows it is news. */
async function untilSecond(answers: AsyncIterable<unknown>): Promise<void> {
  let count = 0;
  for await (const _answer of answers) if (++count === 2) return;
}
