import type { Message } from "../message/message.ts";
import type { PID } from "../pid/pid.ts";
import type { ActorCell } from "./actor-cell.ts";
import type { ChildList } from "./child-list.ts";

/** What stands above an actor: its parent's cell, or a guardian. */
export interface Supervisor {
  /** The parent's PID; a guardian has none. */
  readonly self: PID | undefined;
  readonly childList: ChildList<ActorCell>;

  /** Takes a failure. The child handles no user message until it hears the decision. */
  childFailed(child: ActorCell, reason: unknown, message: Message | undefined): void;

  /** Takes the end of a child. */
  childEnded(child: ActorCell): void;
}
