import { ActorError } from "../actor-error.ts";
import type { Message } from "../message/message.ts";
import type { PID } from "../pid/pid.ts";

/** Gives a router one more to route to; one that it has already changes nothing. */
export class AddRoutee {
  readonly kind = "add_routee";
  readonly pid: PID;

  constructor(pid: PID) {
    this.pid = pid;
  }
}

/** Takes one from a router; a pool poisons the one it spawned itself. */
export class RemoveRoutee {
  readonly kind = "remove_routee";
  readonly pid: PID;

  constructor(pid: PID) {
    this.pid = pid;
  }
}

/** Asks a router for its `Routees`. */
export class GetRoutees {
  readonly kind = "get_routees";
}

/** Whom a router routes to. */
export class Routees {
  readonly pids: readonly PID[];

  constructor(pids: readonly PID[]) {
    this.pids = pids;
  }
}

/** Makes a pool larger by so many routees, or smaller by those that came last; a group pays no heed. */
export class AdjustPoolSize {
  readonly change: number;

  /** @throws ActorError "invalid_options" unless the change is an integer. */
  constructor(change: number) {
    if (!Number.isSafeInteger(change))
      throw new ActorError("invalid_options", `change must be an integer, got ${change}`);
    this.change = change;
  }
}

/** Has a router send a message to all its routees, whatever its routing. */
export class BroadcastMessage {
  readonly message: Message;

  constructor(message: Message) {
    this.message = message;
  }
}
