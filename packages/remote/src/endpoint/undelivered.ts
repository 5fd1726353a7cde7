import type { DeadLetter } from "@ts-grain/actor";
import { StopSchema, TerminatedSchema, UnwatchSchema, WatchSchema } from "../gen/actor/actor_pb.ts";
import type { TypeRegistry } from "../wire/type-registry.ts";
import { letterOf, waitingMessages } from "./waiting-messages.ts";

const systemTypes: ReadonlySet<string> = new Set(
  [StopSchema, TerminatedSchema, UnwatchSchema, WatchSchema].map(({ typeName }) => typeName),
);

/**
 * The messages in a frame of ours that will never leave. In place of those of the runtime itself comes undefined: the peer's end makes
 * them void, and watchers hear of that end otherwise.
 */
export function* undelivered(frame: Uint8Array, types: TypeRegistry): Iterable<DeadLetter | undefined> {
  for (const waiting of waitingMessages(frame, types))
    yield systemTypes.has(waiting.codec.typeName) ? undefined : letterOf(waiting, "unreachable");
}
