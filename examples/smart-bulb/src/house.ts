import { GrainError, type Kind } from "@ts-grain/cluster";
import { getSmartBulbGrainClient, newSmartHouseKind, SmartHouseKind } from "./gen/smartbulb_grain.ts";
import type { InstallBulbRequest } from "./gen/smartbulb_pb.ts";

/** A house calls its bulbs wherever they live: a grain's context is a caller like any other. */
class House extends SmartHouseKind {
  readonly #bulbs = new Set<string>();

  override installBulb({ bulb }: InstallBulbRequest) {
    if (this.#bulbs.has(bulb)) {
      throw new GrainError("ALREADY_EXISTS", `${bulb} is installed already`, { metadata: { bulb } });
    }
    this.#bulbs.add(bulb);
    return {};
  }

  override async turnAllOn() {
    await Promise.all([...this.#bulbs].map((bulb) => getSmartBulbGrainClient(this.context, bulb).turnOn({})));
    return { count: this.#bulbs.size };
  }

  override async listLit() {
    const bulbs: string[] = [];
    for (const bulb of this.#bulbs) {
      const { isOn } = await getSmartBulbGrainClient(this.context, bulb).getState({});
      if (isOn) bulbs.push(bulb);
    }
    return { bulbs };
  }
}

export const houseKind: Kind = newSmartHouseKind(() => new House());
