import type { PID, Process } from "@ts-grain/actor";
import type { RegisteredType } from "../wire/type-registry.ts";
import type { ArrivingBatch } from "./arriving-batch.ts";
import type { Exposed } from "./exposed-processes.ts";

/** The way that the message before took: most that follow are like it, and nothing about them need be looked at anew. */
export class BeatenTrack {
  type!: RegisteredType;
  process!: Process;
  target!: PID;
  sender: PID | undefined = undefined;
  /** What handing over such a message counts as. */
  work = 0;
  /** −1 if nobody may follow. */
  #foundAt = -1;

  /** Takes the way of the message that the batch stands on, which led to the process. */
  beat(batch: ArrivingBatch, sender: PID | undefined, { process, foundAt }: Exposed, work: number): void {
    if (!batch.reader.isPlain) return;
    this.type = batch.type!;
    this.process = process;
    this.target = batch.target;
    this.sender = sender;
    this.work = work;
    this.#foundAt = foundAt;
  }

  /** Nobody may follow until the next message has taken its way. */
  forget(): void {
    this.#foundAt = -1;
  }

  /** Whether a message like the one before takes the same way, with so many processes struck off by now. */
  leads(removals: number): boolean {
    return removals === this.#foundAt;
  }
}
