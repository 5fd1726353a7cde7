import type { ActorContext } from "@ts-grain/actor";
import { type Activation, type DeactivationReason, Passivate } from "../identity/activation.ts";

/**
 * Has a member end an activation as it would for this reason: what the activation has is still handled, unless the reason is "evicted".
 *
 * @param context the activation's own, as its `onInit` gets it
 * @example
 * import type { ActorContext } from "@ts-grain/actor";
 * import type { Activation, HostedKind } from "@ts-grain/cluster";
 * import { endActivation } from "@ts-grain/cluster/testing";
 *
 * // For a lookup that is to lose its grains a second after they were activated.
 * function shortLived(kind: HostedKind): HostedKind {
 *   const endSoon = (context: ActorContext, activation: Activation) =>
 *     context.system.clock.schedule(1_000, () => endActivation(context, activation, "moved"));
 *   return {
 *     ...kind,
 *     propsFor: (activation) =>
 *       kind.propsFor(activation).with({ onInit: (context) => void endSoon(context, activation) }),
 *   };
 * }
 */
export function endActivation(
  { system, parent }: Pick<ActorContext, "system" | "parent">,
  activation: Activation,
  reason: DeactivationReason,
): void {
  if (parent) system.root.send(parent, new Passivate(activation, reason));
}
