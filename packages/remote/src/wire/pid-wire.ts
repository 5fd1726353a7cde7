import { create } from "@bufbuild/protobuf";
import { PID } from "@ts-grain/actor";
import { PIDSchema, type PID as WirePidMessage } from "../gen/actor/actor_pb.ts";

/** The address that PIDs of a system without a remote bear, in Go as here. */
const nonhost = "nonhost";

/** A PID as `actor.PID`. */
export function pidToWire(pid: PID): WirePidMessage {
  return create(PIDSchema, { Address: pid.address, Id: pid.id, requestId: pid.requestId });
}

/** An `actor.PID` as a PID. Where the peer left its own address out, `peerAddress` takes its place. */
export function pidFromWire(pid: WirePidMessage, peerAddress?: string): PID {
  return new PID(addressFromWire(pid.Address, peerAddress), pid.Id, pid.requestId);
}

/** The address that a peer meant: it may leave its own out, or write the one it had before it listened. */
export function addressFromWire(address: string, peerAddress: string | undefined): string {
  return peerAddress !== undefined && (address === "" || address === nonhost) ? peerAddress : address;
}
