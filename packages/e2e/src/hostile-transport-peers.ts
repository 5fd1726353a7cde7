import { setTimeout as pause } from "node:timers/promises";
import { toBinary } from "@bufbuild/protobuf";
import { StringValueSchema } from "@bufbuild/protobuf/wkt";
import { GrpcTransport } from "@ts-grain/remote";
import { RawPeer } from "@ts-grain/remote/testing";
import type { HostileRig } from "./hostile-transport-rig.ts";
import { text } from "./text-member.ts";

/** A batch as a raw peer takes it. */
export type Batch = Exclude<Parameters<RawPeer["batch"]>[0], { readonly $typeName: string }>;

export const textType: string = StringValueSchema.typeName;

/** The honest member's actor that answers when it is told to. */
export const holderId = "holder";

/** A peer that has said who it is; each call another. */
export async function greeted({ address }: HostileRig, name = "attacker"): Promise<RawPeer> {
  const peer = await RawPeer.connect(new GrpcTransport(), address);
  return peer.greet({ systemId: `${name}-${Math.random()}`, address: "raw:1" });
}

/** Sends frames until all are away or the victim has hung up. */
export async function pour(
  rig: HostileRig,
  count: number,
  send: (peer: RawPeer, index: number) => void,
): Promise<void> {
  const peer = await greeted(rig);
  for (let index = 0; index < count && !peer.isClosed; index++) {
    send(peer, index);
    // An own session that is given too much at once ends itself.
    if (count < 100 || index % 100 === 99) await pause(1);
  }
  await pause(200);
  peer.close();
}

/** As many peers, each of which sends once and is or is not shown out. */
export async function pourOver(
  rig: HostileRig,
  peers: number,
  send: (peer: RawPeer, index: number) => void,
): Promise<void> {
  for (let index = 0; index < peers; index++) {
    const peer = await greeted(rig);
    send(peer, index);
    await pause(1);
    peer.close();
  }
  await pause(200);
}

/** A text for the one actor that nothing may reach. */
export function toCollector(rig: HostileRig, rest: object = {}): Batch {
  return {
    typeNames: [textType],
    targets: [{ Address: rig.address, Id: "collector" }],
    envelopes: [{ messageData: toBinary(StringValueSchema, text("reached")) }],
    ...rest,
  };
}

/** Envelope bytes for messages of a type that the victim knows. */
export function oneOf(typeName: string, messageData: Uint8Array): (rig: HostileRig) => Batch {
  return (rig: HostileRig) => toCollector(rig, { typeNames: [typeName], envelopes: [{ messageData }] });
}
