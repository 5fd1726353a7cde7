import type { PID, Process } from "@ts-grain/actor";
import type { BatchReader } from "../wire/batch-reader.ts";
import type { RegisteredType } from "../wire/type-registry.ts";
import type { ArrivingBatch } from "./arriving-batch.ts";
import type { Exposed } from "./exposed-processes.ts";

/** The way that the last plain message of a batch took: most that follow name the same, and need not be looked at anew. */
export class BeatenTrack {
  type!: RegisteredType;
  process!: Process;
  target!: PID;
  sender: PID | undefined = undefined;
  /** −1 before the first message. */
  #typeIndex = -1;
  #targetIndex = 0;
  #senderIndex = 0;
  #foundAt = 0;

  /** Takes the way of the message that the batch stands on, which led to the process. */
  beat(batch: ArrivingBatch, { process, foundAt }: Exposed): void {
    const { reader } = batch;
    if (!reader.isPlain) return;
    this.type = batch.type!;
    this.process = process;
    this.target = batch.target;
    this.sender = batch.sender;
    this.#typeIndex = reader.typeIndex;
    this.#targetIndex = reader.targetIndex;
    this.#senderIndex = reader.senderIndex;
    this.#foundAt = foundAt;
  }

  /** Whether the message that the reader stands on takes the same way, with so many processes struck off by now. */
  leads(reader: BatchReader, removals: number): boolean {
    return (
      reader.isPlain &&
      reader.typeIndex === this.#typeIndex &&
      reader.targetIndex === this.#targetIndex &&
      reader.senderIndex === this.#senderIndex &&
      removals === this.#foundAt
    );
  }
}
