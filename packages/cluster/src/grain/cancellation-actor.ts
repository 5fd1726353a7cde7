import { create } from "@bufbuild/protobuf";
import { type Actor, type ActorContext, PID } from "@ts-grain/actor";
import type { TypeRegistry } from "@ts-grain/remote";
import { type CancelGrainCall, CancelGrainCallSchema } from "../gen/tsgrain/cluster/v1/cancel_pb.ts";
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

/** The member at an address does not wait for a call any more. The address is that of the connection, as a message's sender may name anybody. */
class CancelFrom {
  readonly address: string;
  readonly cancelId: number;

  constructor(address: string, cancelId: number) {
    this.address = address;
    this.cancelId = cancelId;
  }
}

/** From now on the actor gets the cancellations of other members so that it knows whose they are. */
export function receiveCancellations(types: TypeRegistry): void {
  const received = (message: object, address: string): CancelFrom =>
    new CancelFrom(address, (message as CancelGrainCall).cancelId);
  types.register(CancelGrainCallSchema, { received });
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
    } else if (message instanceof CancelFrom) {
      this.#cancellations.cancel(message.address, message.cancelId);
    }
  }
}
