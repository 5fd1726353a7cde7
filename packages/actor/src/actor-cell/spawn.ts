import { ActorError } from "../actor-error.ts";
import { Started } from "../message/lifecycle.ts";
import { Stop } from "../message/system-message.ts";
import type { PID } from "../pid/pid.ts";
import type { ActorCell } from "./actor-cell.ts";
import type { ActorPlace } from "./actor-place.ts";
import { Context } from "./context.ts";
import { unlist } from "./lifecycle.ts";
import type { Props } from "./props.ts";
import type { Runtime } from "./runtime.ts";

/** Makes an actor under the given supervisor, lists it if it has an id, and sends it `Started`. */
export function spawnCell(runtime: Runtime, props: Props, place: ActorPlace): PID {
  const { id, parent } = place;
  // Looked up first, so that no actor is made in vain.
  if (id !== undefined && runtime.processes.getLocal(id) !== undefined) throw nameTaken(id);
  const freeAt = runtime.processes.listings;
  const cell = new Context(runtime, props, place);
  try {
    props.options.onInit?.(cell.facade);
    // The producer may have taken the name itself.
    if (id !== undefined && !runtime.processes.list(id, cell, freeAt)) throw nameTaken(id);
  } catch (error) {
    abandonCell(cell);
    throw error;
  }
  parent.childList.add(cell);
  cell.sendSystem(cell.self, Started.instance);
  return cell.self;
}

/** Ends an actor that never began; somebody may know its PID by now. */
function abandonCell(cell: ActorCell): void {
  cell.phase = "stopped";
  for (const child of cell.extrasIfAny?.children ?? []) child.sendSystem(child.self, Stop.instance);
  cell.extrasIfAny?.endIncarnation();
  unlist(cell);
  cell.close();
  cell.end();
}

function nameTaken(id: string): ActorError {
  return new ActorError("name_taken", `an actor with the id ${JSON.stringify(id)} lives already`);
}
