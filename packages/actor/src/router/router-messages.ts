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

/** Makes a pool larger by so many routees, or smaller; a group pays no heed. */
export class AdjustPoolSize {
  readonly change: number;

  constructor(change: number) {
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
