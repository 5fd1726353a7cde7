import { create, isMessage } from "@bufbuild/protobuf";
import { type ActorContext, ActorError, PID, type Props, propsFromFunction } from "@ts-grain/actor";
import { unguessableId } from "../endpoint/unguessable-id.ts";
import {
  type ActorPidRequest,
  ActorPidRequestSchema,
  ActorPidResponseSchema,
} from "../gen/remote/remote_pb.ts";
import { pidToWire } from "../wire/pid-wire.ts";

/** Id of the process that spawns actors for peers, in Go as here. */
export const activatorId = "activator";

/** What an `ActorPidResponse` says of the outcome. */
export const spawnStatus = { ok: 0, unavailable: 1, nameTaken: 3, error: 4 } as const;

/** Actors that peers may have living at once: more than that is a peer that has lost count. */
const maxSpawned = 10_000;
const maxNameLength = 256;

/** Spawns actors of these kinds for peers, as its children. Whatever it is asked, it goes on. */
export function activatorProps(kinds: ReadonlyMap<string, Props>): Props {
  let spawned = 0;
  // A PID outlives its process: in the one that takes its address it must not name another actor, which would even obey its Stop.
  const ofThisProcess = unguessableId().slice(0, 8);
  return propsFromFunction((context) => {
    const { message } = context;
    if (!isMessage(message, ActorPidRequestSchema)) return;
    spawned++;
    context.respond(
      answer(context, kinds, { ...message, name: message.name || `$${ofThisProcess}${spawned}` }),
    );
  });
}

function answer(context: ActorContext, kinds: ReadonlyMap<string, Props>, request: ActorPidRequest) {
  const { kind, name } = request;
  const props = kinds.get(kind);
  if (props === undefined || name.length > maxNameLength || name.includes("/"))
    return response(spawnStatus.error);
  if (context.children.length >= maxSpawned) return response(spawnStatus.unavailable);
  const childName = `Remote$${name}`;
  try {
    return response(spawnStatus.ok, context.spawnNamed(props, childName));
  } catch (error) {
    if (ActorError.is(error) && error.code === "name_taken") {
      return response(
        spawnStatus.nameTaken,
        new PID(context.self.address, `${context.self.id}/${childName}`),
      );
    }
    context.system.logger.error({ err: error, kind }, "an actor could not be spawned for a peer");
    return response(spawnStatus.error);
  }
}

function response(statusCode: number, pid?: PID) {
  return create(ActorPidResponseSchema, { statusCode, ...(pid && { pid: pidToWire(pid) }) });
}
