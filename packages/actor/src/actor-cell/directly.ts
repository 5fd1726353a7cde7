import { ActorError } from "../actor-error.ts";
import type { Message } from "../message/message.ts";
import type { SendMessage, SpawnActor } from "./middleware.ts";

/** The innermost of all sender middleware: hands the message to the target's process. */
export const sendDirectly: SendMessage = ({ system }, target, { message, sender, headers }) => {
  checkMessage(message);
  system.processes.get(target).sendUser(target, message, sender, headers);
};

/** The innermost of all spawn middleware. */
export const spawnDirectly: SpawnActor = (place, props, id) => place.spawnDirectly(props, id);

/** @throws ActorError "invalid_message" for what JavaScript callers may pass though the types forbid it. */
export function checkMessage(message: Message | undefined | null): void {
  if (message === undefined || message === null) {
    throw new ActorError("invalid_message", `${message} is not a message`);
  }
}
