import type { DescMessage, MessageInitShape } from "@bufbuild/protobuf";
import { GrainState, type StateOwner, type StateStore } from "@ts-grain/persistence";

/**
 * What a grain finds in its store when it is activated. Made by `savedState`.
 *
 * @see {@link savedState}
 */
export interface SavedState {
  /** Puts it there. */
  saveFor(owner: StateOwner): Promise<void>;
}

/**
 * Where a state is to be put.
 *
 * @see {@link savedState}
 */
export interface StatePlace<Desc extends DescMessage> {
  /** The store that the grain uses. */
  readonly store: StateStore;
  /** The message that the grain keeps. */
  readonly schema: Desc;
}

/**
 * The state that a grain under test has saved in an earlier life, for the option `state` of `activateGrain`.
 *
 * @example
 * import { GrainState, InMemoryStateStore } from "@ts-grain/persistence";
 * import { activateGrain, savedState } from "@ts-grain/testkit";
 * import { getSmartBulbGrainClient, newSmartBulbKind, SmartBulbKind } from "./gen/smartbulb_grain.ts";
 * import { BulbStateSchema } from "./gen/smartbulb_pb.ts";
 *
 * const place = { store: new InMemoryStateStore(), schema: BulbStateSchema };
 *
 * class Bulb extends SmartBulbKind {
 *   #state!: GrainState<typeof BulbStateSchema>;
 *   override async onActivate() {
 *     this.#state = await GrainState.load(this.context, place);
 *   }
 *   override getState() {
 *     return { isOn: this.#state.value.isOn };
 *   }
 *   override turnOn() {
 *     return {};
 *   }
 *   override turnOff() {
 *     return {};
 *   }
 * }
 *
 * const state = savedState(place, { isOn: true });
 * await using bulb = await activateGrain(newSmartBulbKind(() => new Bulb()), getSmartBulbGrainClient, { state });
 * console.log((await bulb.client.getState({})).isOn); // prints: true
 */
export function savedState<Desc extends DescMessage>(
  place: StatePlace<Desc>,
  value: MessageInitShape<Desc>,
): SavedState {
  return {
    saveFor: async (owner) => {
      const state = await GrainState.load(owner, place);
      await state.save(value);
    },
  };
}
