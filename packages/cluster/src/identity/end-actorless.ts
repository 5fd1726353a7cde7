import type { Activation, HostedKind } from "./activation.ts";

type Kinds = ReadonlyMap<string, HostedKind>;

/** Ends an activation, if it has no actor and does not need one for that. Returns whether it has ended. */
export function endAtOnce(kinds: Kinds, activation: Activation): boolean {
  const { actorless } = kinds.get(activation.kind)!;
  if (activation.hasActor || !actorless?.endsAtOnce(activation)) return false;
  void actorless.end(activation);
  return true;
}

/** Ends activations that have no actors. Resolves when all have ended. */
export async function endAll(kinds: Kinds, actorless: readonly Activation[]): Promise<void> {
  await Promise.allSettled(
    actorless.map(async (activation) => kinds.get(activation.kind)!.actorless?.end(activation)),
  );
}
