import { type GrainContext, GrainError, type Kind } from "@ts-grain/cluster";
import { GrainState, type StateStore } from "@ts-grain/persistence";
import { getSmartBulbGrainClient, newSmartHouseKind, SmartHouseKind } from "./gen/smartbulb_grain.ts";
import { HouseStateSchema, type InstallBulbRequest } from "./gen/smartbulb_pb.ts";

/** A house knows its bulbs for good: they are stored, and loaded wherever the house is activated next. */
class House extends SmartHouseKind {
  readonly #store: StateStore;
  #state!: GrainState<typeof HouseStateSchema>;

  constructor(store: StateStore) {
    super();
    this.#store = store;
  }

  override async onActivate(context: GrainContext) {
    this.#state = await GrainState.load(context, { store: this.#store, schema: HouseStateSchema });
  }

  override async installBulb({ bulb }: InstallBulbRequest) {
    const { bulbs } = this.#state.value;
    if (bulbs.includes(bulb)) {
      throw new GrainError("ALREADY_EXISTS", `${bulb} is installed already`, { metadata: { bulb } });
    }
    await this.#state.save({ bulbs: [...bulbs, bulb] });
    return {};
  }

  /** A grain's context is a caller like any other: it calls the bulbs wherever they live. */
  override async turnAllOn() {
    const { bulbs } = this.#state.value;
    await Promise.all(bulbs.map((bulb) => getSmartBulbGrainClient(this.context, bulb).turnOn({})));
    return { count: bulbs.length };
  }

  override async listLit() {
    const lit: string[] = [];
    for (const bulb of this.#state.value.bulbs) {
      const { isOn } = await getSmartBulbGrainClient(this.context, bulb).getState({});
      if (isOn) lit.push(bulb);
    }
    return { bulbs: lit };
  }
}

/** The kind of houses that are kept in a store. */
export function houseKind(store: StateStore): Kind {
  return newSmartHouseKind(() => new House(store));
}
