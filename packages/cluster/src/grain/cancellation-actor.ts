import { create, isMessage } from "@bufbuild/protobuf";
import { type Actor, type ActorContext, PID } from "@ts-grain/actor";
import { CancelGrainCallSchema } from "../gen/tsgrain/cluster/v1/cancel_pb.ts";
import { FromPeer } from "../membership/from-peer.ts";
import type { Cancellations } from "./cancellations.ts";

/** Where every ts-grain member takes cancellations. */
export const cancellationActorId = "tsgrain-cancellation";

/** Sent inside the process: tells the member at an address that a call of this process is not waited for any more. */
export class CancelAt {
  readonly address: string;
  readonly cancelId: number;

  constructor(address: string, cancelId: number) {
    this.address = address;
    this.cancelId = cancelId;
  }
}

/** Carries cancellations of grain calls between members. */
export class CancellationActor implements Actor {
  readonly #cancellations: Cancellations;

  constructor(cancellations: Cancellations) {
    this.#cancellations = cancellations;
  }

  receive(context: ActorContext): void {
    const { message } = context;
    if (message instanceof CancelAt) {
      const cancel = create(CancelGrainCallSchema, { cancelId: message.cancelId });
      context.request(new PID(message.address, cancellationActorId), cancel);
    } else if (message instanceof FromPeer && isMessage(message.told, CancelGrainCallSchema)) {
      this.#cancellations.cancel(message.address, message.told.cancelId);
    }
  }
}
