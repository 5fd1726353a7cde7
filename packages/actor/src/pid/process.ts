import type { Message, MessageHeaders } from "../message/message.ts";
import type { SystemMessage } from "../message/system-message.ts";
import type { PID } from "./pid.ts";

/**
 * What stands behind a PID: takes messages, at any time.
 *
 * @example
 * import { ActorSystem, type Process } from "@ts-grain/actor";
 *
 * const printer: Process = {
 *   sendUser: (_target, message) => console.log(message),
 *   sendSystem() {},
 * };
 * const system = new ActorSystem();
 * const pid = system.processes.add("printer", printer);
 * if (pid) system.root.send(pid, "hello"); // prints: hello
 */
export interface Process {
  /**
   * Takes a message for the target; headers are `undefined` when there are none. Throws only if the message can never
   * leave the process, which nobody but the sender can mend.
   */
  sendUser(target: PID, message: Message, sender: PID | undefined, headers: MessageHeaders | undefined): void;

  /** Takes a system message for the target. */
  sendSystem(target: PID, message: SystemMessage): void;
}

/** Gives its processes their address. */
export interface ProcessHome {
  readonly address: string;
}

/** A local process whose PIDs may keep hold of it: after its end it passes on what still reaches it. */
export interface HomeProcess extends Process {
  readonly home: ProcessHome;

  /** Chooses the id of a process that was spawned without a name. Called when somebody first asks for it. */
  chooseId(): string;
}
