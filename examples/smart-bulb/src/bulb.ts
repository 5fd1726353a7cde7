import type { Kind } from "@ts-grain/cluster";
import { newSmartBulbKind, SmartBulbKind } from "./gen/smartbulb_grain.ts";

/** A bulb remembers whether it is on, for as long as it is active. */
class Bulb extends SmartBulbKind {
  #isOn = false;

  override getState() {
    return { isOn: this.#isOn };
  }

  override turnOn() {
    this.#isOn = true;
    return {};
  }

  override turnOff() {
    this.#isOn = false;
    return {};
  }
}

export const bulbKind: Kind = newSmartBulbKind(() => new Bulb(), { idleTimeoutMs: 30_000 });
