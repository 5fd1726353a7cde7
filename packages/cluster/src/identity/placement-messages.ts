import type { Topology } from "../membership/topology.ts";
import type { Activation } from "./activation.ts";

/** Where every member's placement actor is found; the name is Proto.Actor's. */
export const placementActorId = "partition-activator";

// What the placement actor is sent inside its process.

/** Tells who is in the cluster. */
export class PlaceBy {
  readonly topology: Topology;

  constructor(topology: Topology) {
    this.topology = topology;
  }
}

/** Asks it to end all activations and take no new ones; it answers `Released`. */
export class Release {}

/** Asks it, once it was released, to refuse whoever waits and whoever asks from then on; it answers `Released`. */
export class Refuse {}

/** It is time to look who has waited long enough to be refused. */
export class RefuseOverdue {}

/** All activations have ended, or all who waited are answered. */
export class Released {}

/** Members had long enough to hand over, or to tell what they hold. */
export class GiveUpWaiting {
  readonly whom: "the unfinished" | "the silent";

  constructor(whom: "the unfinished" | "the silent" = "the unfinished") {
    this.whom = whom;
  }
}

/** The calls that an ending activation still had to get have come. */
export class Finish {
  readonly activation: Activation;

  constructor(activation: Activation) {
    this.activation = activation;
  }
}

/** The member at an address was not reached by what it waits for; without one: those who own what is still here are to be told so again. */
export class TellAgain {
  readonly address: string | undefined;

  constructor(address?: string) {
    this.address = address;
  }
}
