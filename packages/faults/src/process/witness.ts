import type { DeactivationReason } from "@ts-grain/cluster";
import type { GrainCallContext, Kind, KindOptions } from "@ts-grain/cluster/codegenv1";
import { newWitnessKind, WitnessKind } from "../gen/faults/v1/witness_grain.ts";
import type { BumpRequest, NoteRequest } from "../gen/faults/v1/witness_pb.ts";
import type { ProcessEvent } from "../history/events.ts";
import type { Journal } from "../history/journal.ts";
import { pause } from "../history/pause.ts";
import { block } from "./block.ts";
import { foreverMs } from "./commands.ts";

/** What the witnesses of a process have in common. */
export interface WitnessParts {
  /** As the test calls it. */
  readonly process: string;
  readonly journal: Journal<ProcessEvent>;
  /** Milliseconds that a witness takes to come to life. */
  readonly activationMs: number;
}

/** The kind of grain that keeps a journal of what is done with it. */
export function witnessKind(parts: WitnessParts, options: KindOptions): Kind {
  let activations = 0;
  return newWitnessKind(() => {
    activations++;
    return new Witness(parts, `${parts.process}/${activations}`);
  }, options);
}

class Witness extends WitnessKind {
  readonly #parts: WitnessParts;
  readonly #activation: string;
  #count = 0;

  constructor(parts: WitnessParts, activation: string) {
    super();
    this.#parts = parts;
    this.#activation = activation;
  }

  override async onActivate(): Promise<void> {
    const { identity } = this.context;
    const { journal, activationMs } = this.#parts;
    if (activationMs > 0) {
      journal.write({ event: "activating", identity, activation: this.#activation });
      await pause(activationMs);
    }
    journal.write({ event: "activated", identity, activation: this.#activation });
  }

  override onDeactivate(_context: unknown, reason: DeactivationReason): void {
    this.#parts.journal.write({ event: "deactivated", activation: this.#activation, reason });
  }

  override async bump(
    { messageId: message, sender, sequence, holdMs, blockMs }: BumpRequest,
    { identity }: GrainCallContext,
  ) {
    const { journal, process } = this.#parts;
    const activation = this.#activation;
    journal.write({ event: "started", identity, activation, message, sender, sequence });
    this.#count++;
    if (blockMs > 0) block(blockMs);
    if (holdMs > 0) await hold(holdMs);
    journal.write({ event: "finished", activation, message });
    return { activation, process, count: this.#count };
  }

  override note({ messageId: message, sender, sequence }: NoteRequest, { identity }: GrainCallContext) {
    const { journal } = this.#parts;
    const activation = this.#activation;
    journal.write({ event: "started", identity, activation, message, sender, sequence });
    this.#count++;
    journal.write({ event: "finished", activation, message });
  }
}

/** What lasts for ever has no timer, which would keep the process alive. */
function hold(ms: number): Promise<void> {
  return ms === foreverMs ? new Promise(() => {}) : pause(ms);
}
