import type { ActorSystem } from "@ts-grain/actor";
import type { MemberList } from "../membership/member-list.ts";
import type { Deadline } from "./deadline.ts";

const firstPauseMs = 5;
const longestPauseMs = 200;

/** Which pause it is. */
export interface RetryPause {
  /** How many attempts came before, from 0. */
  readonly attempt: number;
  /** It does not last longer than what this has left. */
  readonly deadline: Pick<Deadline, "remainingMs">;
  /** Ends the pause; the promise rejects with the signal's reason. */
  readonly signal: AbortSignal | undefined;
}

/** Waits 5 ms, twice as long after each attempt up to 200 ms, half of it by chance – or until the topology changes. */
export async function pauseBeforeRetry(
  { system, members }: { readonly system: ActorSystem; readonly members: MemberList },
  { attempt, deadline, signal }: RetryPause,
): Promise<void> {
  signal?.throwIfAborted();
  const longest = Math.min(longestPauseMs, firstPauseMs * 2 ** attempt);
  const pauseMs = Math.min(deadline.remainingMs, longest * (0.5 + system.random.next() / 2));
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const abort = (): void => reject(signal?.reason);
  const timer = system.clock.schedule(pauseMs, resolve);
  const subscription = members.subscribe(() => resolve());
  signal?.addEventListener("abort", abort, { once: true });
  try {
    await promise;
  } finally {
    timer.cancel();
    subscription.unsubscribe();
    signal?.removeEventListener("abort", abort);
  }
}
