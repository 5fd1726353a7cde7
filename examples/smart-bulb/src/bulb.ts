import type { GrainContext, Kind } from "@ts-grain/cluster";
import { GrainState, type StateStore } from "@ts-grain/persistence";
import { newSmartBulbKind, SmartBulbKind } from "./gen/smartbulb_grain.ts";
import { BulbStateSchema } from "./gen/smartbulb_pb.ts";

/** A bulb remembers whether it is on, wherever it is activated next. */
class Bulb extends SmartBulbKind {
  readonly #store: StateStore;
  #state!: GrainState<typeof BulbStateSchema>;

  constructor(store: StateStore) {
    super();
    this.#store = store;
  }

  override async onActivate(context: GrainContext) {
    this.#state = await GrainState.load(context, { store: this.#store, schema: BulbStateSchema });
  }

  override getState() {
    return { isOn: this.#state.value.isOn };
  }

  override async turnOn() {
    await this.#state.save({ isOn: true });
    return {};
  }

  override async turnOff() {
    await this.#state.save({ isOn: false });
    return {};
  }
}

/** The kind of bulbs that are kept in a store. A bulb that nobody calls for half a minute makes room. */
export function bulbKind(store: StateStore): Kind {
  return newSmartBulbKind(() => new Bulb(store), { idleTimeoutMs: 30_000 });
}
