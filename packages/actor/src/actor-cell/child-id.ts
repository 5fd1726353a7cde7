import { ActorError } from "../actor-error.ts";
import type { PID } from "../pid/pid.ts";

/**
 * The id of an actor of the given name: below its parent's id, if it has a parent.
 *
 * @throws ActorError "invalid_options" for an empty name.
 */
export function childId(parent: PID | undefined, name: string): string {
  if (name === "") throw new ActorError("invalid_options", "an actor's name must not be empty");
  return parent === undefined ? name : `${parent.id}/${name}`;
}
