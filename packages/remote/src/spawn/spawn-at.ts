import { create, isMessage } from "@bufbuild/protobuf";
import { PID, type RootContext } from "@ts-grain/actor";
import { ActorPidRequestSchema, ActorPidResponseSchema } from "../gen/remote/remote_pb.ts";
import { RemoteError } from "../remote-error.ts";
import { pidFromWire } from "../wire/pid-wire.ts";
import { activatorId, spawnStatus } from "./activator.ts";

/**
 * How an actor is spawned on a peer.
 *
 * @see {@link SpawnPlace}
 */
export interface RemoteSpawnOptions {
  /** Its name, unique on the peer. Default: one that the peer makes up. */
  readonly name?: string | undefined;
  /** Milliseconds to wait for the answer. Default 5 000. */
  readonly timeoutMs?: number | undefined;
}

/**
 * What to spawn, and where.
 *
 * @example
 * import { ActorSystem, propsFromFunction } from "@ts-grain/actor";
 * import {
 *   configureRemote,
 *   Remote,
 *   type RemoteSpawnOptions,
 *   type SpawnPlace,
 * } from "@ts-grain/remote";
 *
 * const spawnable = new Map([["worker", propsFromFunction(() => {})]]);
 * await using far = await Remote.start(
 *   new ActorSystem(),
 *   configureRemote("localhost", 0, { spawnable }),
 * );
 * await using near = await Remote.start(new ActorSystem(), configureRemote("localhost", 0));
 *
 * const place: SpawnPlace = { address: far.address, kind: "worker" };
 * const options: RemoteSpawnOptions = { timeoutMs: 2_000 };
 * const worker = await near.spawn(place, options);
 * console.log(worker.address === far.address); // prints: true
 */
export interface SpawnPlace {
  /** Of the peer, `host:port`. */
  readonly address: string;
  /** One that the peer has allowed. */
  readonly kind: string;
}

/** Asks the activator at an address to spawn an actor. */
export async function spawnAt(
  root: RootContext,
  { address, kind }: SpawnPlace,
  { name = "", timeoutMs }: RemoteSpawnOptions,
): Promise<PID> {
  const request = create(ActorPidRequestSchema, { name, kind });
  const answer = await root.requestAsync(new PID(address, activatorId), request, { timeoutMs });
  if (!isMessage(answer, ActorPidResponseSchema)) throw refused("the peer gave no answer that is one");
  const { statusCode, pid } = answer;
  if (statusCode === spawnStatus.nameTaken)
    throw new RemoteError(
      "name_taken",
      `an actor called ${JSON.stringify(name)} lives already at ${address}`,
    );
  if (statusCode !== spawnStatus.ok || pid === undefined)
    throw refused(`${address} spawns no ${JSON.stringify(kind)}: status ${statusCode}`);
  return pidFromWire(pid, address);
}

function refused(why: string): RemoteError {
  return new RemoteError("spawn_refused", why);
}
