import type { ActorContext } from "@ts-grain/actor";
import { Deadline } from "./deadline.ts";
import type { GrainHooks } from "./grain.ts";
import { CallContext } from "./grain-context.ts";
import { type ActiveGrain, isPromiseLike } from "./grain-turn.ts";

/** Gives a grain a message that is no call. */
export function handleMessage(
  grain: ActiveGrain & { readonly hooks: GrainHooks },
  context: ActorContext,
): void | Promise<void> {
  const { cluster, clock } = grain.host;
  grain.use(clock.nowMs());
  const deadline = new Deadline(clock, cluster.requestTimeoutMs);
  const callContext = new CallContext(
    grain.context,
    { deadline, method: { reentrancy: "none" }, callers: [] },
    context,
  );
  const handled = grain.hooks.onMessage?.(context.message, callContext);
  return isPromiseLike(handled) ? onceHandled(grain, handled) : undefined;
}

async function onceHandled(grain: ActiveGrain, handled: PromiseLike<void>): Promise<void> {
  try {
    await handled;
  } finally {
    grain.use(grain.host.clock.nowMs());
  }
}
