import { RecordingLogger, type VirtualClock } from "@ts-grain/actor/testing";
import { type ClusterOptions, DistHashLookup, type GrainCaller, type Kind } from "@ts-grain/cluster";
import { InMemoryCluster } from "@ts-grain/cluster/testing";
import { ActivationJournal } from "./activation-journal.ts";
import { closedLookup } from "./closed-lookup.ts";
import type { SavedState } from "./saved-state.ts";
import { TestGrain } from "./test-grain.ts";

/**
 * What a grain under test may be given. The options of `configureCluster` mean what they mean there.
 *
 * @see {@link activateGrain}
 */
export interface ActivateOptions extends Omit<ClusterOptions, "kinds"> {
  /** The grain's identity. Default "test". */
  readonly identity?: string | undefined;
  /** The other kinds that the grain calls: fakes of them, or the kinds themselves. Default none. */
  readonly fakes?: readonly Kind[] | undefined;
  /** What the grain has in its store. Default nothing. */
  readonly state?: SavedState | undefined;
  /** What time it is, for several grains under test at once. Default: a clock of its own that stands at 0. */
  readonly clock?: VirtualClock | undefined;
  /** Every chance of the runtime comes from it. Default 1. */
  readonly seed?: number | undefined;
}

/**
 * Activates one grain for a unit test, and resolves when its `onActivate` has. There is no server and no socket; the grain is run by the
 * real runtime, in a member of its own, on a clock that stands still until the test moves it.
 *
 * @param kind the grain's kind, made as for `configureCluster`: `newSmartBulbKind(() => new Bulb())`
 * @param getClient the function that is generated for the service, such as `getSmartBulbGrainClient`: types the calls
 * @throws what the kind's factory or `onActivate` throws; ClusterError "invalid_options", such as for an identity that no grain may
 * have; PersistenceError, if `state` cannot be saved. Nothing is left running then.
 * @example
 * import { activateGrain } from "@ts-grain/testkit";
 * import { getSmartBulbGrainClient, newSmartBulbKind, SmartBulbKind } from "./gen/smartbulb_grain.ts";
 *
 * class Bulb extends SmartBulbKind {
 *   #isOn = false;
 *   override getState() {
 *     return { isOn: this.#isOn };
 *   }
 *   override turnOn() {
 *     this.#isOn = true;
 *     return {};
 *   }
 *   override turnOff() {
 *     this.#isOn = false;
 *     return {};
 *   }
 * }
 *
 * const kind = newSmartBulbKind(() => new Bulb(), { idleTimeoutMs: 30_000 });
 * await using kitchen = await activateGrain(kind, getSmartBulbGrainClient, { identity: "kitchen" });
 * await kitchen.client.turnOn({});
 * console.log((await kitchen.client.getState({})).isOn); // prints: true
 * await kitchen.clock.advance(31_000);
 * console.log(kitchen.isActive); // prints: false
 */
export async function activateGrain<Client extends object>(
  kind: Kind,
  getClient: (caller: GrainCaller, identity: string) => Client,
  options: ActivateOptions = {},
): Promise<TestGrain<Client>> {
  const { identity = "test", fakes = [], state, ...others } = options;
  const log = new RecordingLogger();
  const journal = new ActivationJournal();
  await state?.saveFor({ kind: kind.name, identity });
  const cluster = await InMemoryCluster.start({
    // The runner is to see what escapes a grain, and there is nobody to gossip with.
    strayErrors: "none",
    gossip: { intervalMs: Number.POSITIVE_INFINITY },
    freezesMessages: true,
    ...others,
    kinds: () => [kind, ...fakes],
    logger: log,
    lookup: closedLookup(journal.observe(new DistHashLookup())),
  });
  const grain = new TestGrain({ kind: kind.name, identity, getClient, cluster, journal, log });
  try {
    await grain.activate();
    return grain;
  } catch (error) {
    await grain[Symbol.asyncDispose]();
    throw error;
  }
}
