import { create } from "@bufbuild/protobuf";
import { PID } from "@ts-grain/actor";
import { PIDSchema, type PID as WirePidMessage } from "../gen/actor/actor_pb.ts";

/** The address that PIDs of a system without a remote bear, in Go as here. */
const nonhost = "nonhost";

/**
 * A PID as `actor.PID`.
 *
 * @example
 * import { toJsonString } from "@bufbuild/protobuf";
 * import { PID } from "@ts-grain/actor";
 * import { PIDSchema, pidToWire } from "@ts-grain/remote/wire";
 *
 * const wire = pidToWire(new PID("10.0.0.1:8090", "kitchen"));
 * console.log(toJsonString(PIDSchema, wire)); // prints: {"Address":"10.0.0.1:8090","Id":"kitchen"}
 */
export function pidToWire(pid: PID): WirePidMessage {
  return create(PIDSchema, { Address: pid.address, Id: pid.id, requestId: pid.requestId });
}

/**
 * An `actor.PID` as a PID. Where the peer left its own address out, `peerAddress` takes its place.
 *
 * @example
 * import { PID } from "@ts-grain/actor";
 * import { pidFromWire, pidToWire } from "@ts-grain/remote/wire";
 *
 * const kitchen = new PID("10.0.0.1:8090", "kitchen");
 * console.log(pidFromWire(pidToWire(kitchen)).equals(kitchen)); // prints: true
 */
export function pidFromWire(pid: WirePidMessage, peerAddress?: string): PID {
  return new PID(addressFromWire(pid.Address, peerAddress), pid.Id, pid.requestId);
}

/**
 * The address that a peer meant: it may leave its own out, or write the one it had before it listened. For the peer's own it is always the same
 * text, of which there need be only one, and which is quickly compared with itself.
 */
export function addressFromWire(address: string, peerAddress: string | undefined): string {
  const isPeers = address === "" || address === nonhost || address === peerAddress;
  return peerAddress !== undefined && isPeers ? peerAddress : address;
}
