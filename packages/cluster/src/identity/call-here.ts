import type { Activation } from "./activation.ts";

/** A call of this process to a grain that may not be an actor yet, on its way to who has placed that. */
export class CallHere {
  readonly activation: Activation;
  readonly call: object;

  constructor(activation: Activation, call: object) {
    this.activation = activation;
    this.call = call;
    activation.underWayToParent++;
  }
}
