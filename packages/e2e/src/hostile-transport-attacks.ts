import { setTimeout as pause } from "node:timers/promises";
import { FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import { GrpcTransport } from "@ts-grain/remote";
import { RawPeer } from "@ts-grain/remote/testing";
import { noise } from "./hostile-transport-bytes.ts";
import type { Attack } from "./hostile-transport-floods.ts";
import { forgedReplies } from "./hostile-transport-forgery.ts";
import { garbage } from "./hostile-transport-garbage.ts";
import { wrongGreetings } from "./hostile-transport-greetings.ts";
import { nesting } from "./hostile-transport-nesting.ts";
import { greeted, oneOf, pour, pourOver, textType, toCollector } from "./hostile-transport-peers.ts";
import { thirdAddresses } from "./hostile-transport-relay.ts";
import type { HostileRig } from "./hostile-transport-rig.ts";
import { watchFloods } from "./hostile-transport-watches.ts";
import { unread } from "./hostile-transport-windows.ts";

/** As many peers, which all send once, and at the same time. */
async function pourAtOnce(rig: HostileRig, count: number, send: (peer: RawPeer) => void): Promise<void> {
  const peers: RawPeer[] = [];
  for (let index = 0; index < count; index++) {
    const peer = await greeted(rig);
    while (peer.answers.length === 0) await pause(1);
    peers.push(peer);
  }
  for (const peer of peers) send(peer);
  await pause(1_000);
  for (const peer of peers) peer.close();
}

const empties = (tag: number, bytes: number) => Buffer.alloc(bytes, Buffer.from([tag, 0]));

const internalIds = [
  "eventstream",
  "deadletter",
  "$futures",
  "$1",
  "activator",
  "gossip",
  "partition-activator",
  "__proto__",
];
const systemMessages: readonly { readonly name: string; readonly bytes: Uint8Array }[] = [
  { name: "actor.Stop", bytes: Buffer.alloc(0) },
  { name: "actor.PoisonPill", bytes: Buffer.alloc(0) },
  { name: "actor.Watch", bytes: Buffer.from("0a0a0a057261773a3112017f", "hex") },
  { name: "actor.Terminated", bytes: Buffer.from("0a0a0a057261773a3112017f", "hex") },
];

/** Names that mean something to JavaScript, gRPC or a terminal; a message may have them. */
const oddHeaders: readonly (readonly [string, string])[] = [
  ["__proto__", "p"],
  ["constructor", "c"],
  ["toString", "t"],
  ["grpc-status", "13"],
  ["a\r\nb", "\u001b[31m\0"],
];

/** What peers that have said who they are may send. */
export const attacks: readonly Attack[] = [
  ...garbage,
  {
    id: "H4",
    what: "20 peers at once, each with a mebibyte of empty envelopes",
    refused: 20,
    run: (rig) =>
      pourAtOnce(rig, 20, (peer) => {
        const batch = empties(0x1a, 1024 * 1024);
        peer.sayBytes(Buffer.concat([Buffer.from([0x0a, 0x80, 0x80, 0x40]), batch]));
      }),
  },
  ...[
    { what: "empty messages", typeName: FileDescriptorSetSchema.typeName, tag: 0x0a },
    { what: "unknown fields", typeName: textType, tag: 0x10 },
    { what: "empty strings", typeName: textType, tag: 0x0a },
  ].map(
    ({ what, typeName, tag }): Attack => ({
      id: "H4",
      what: `20 peers at once, each with a mebibyte of ${what} in a message`,
      deadLetters: 20,
      run: (rig) =>
        pourAtOnce(rig, 20, (peer) => peer.batch(oneOf(typeName, empties(tag, 1024 * 1024))(rig))),
    }),
  ),
  nesting,
  wrongGreetings,
  {
    id: "H7",
    what: "1,000 batches whose indices point outside their tables, or whose tables are empty",
    refused: 1_000,
    run: (rig) => {
      const indices = [-1, 999, 2 ** 31 - 1];
      const envelopes = indices.flatMap((index) => [{ target: index }, { typeId: index }, { sender: index }]);
      const emptied = [{ typeNames: [] }, { targets: [] }, { typeNames: [], targets: [] }];
      const all = [...envelopes.map((envelope) => ({ envelopes: [envelope] })), ...emptied];
      return pourOver(rig, 1_000, (peer, index) => peer.batch(toCollector(rig, all[index % all.length])));
    },
  },
  {
    id: "H8",
    what: "a million names of types that nobody registered, and one of a mebibyte",
    deadLetters: 1_000_000,
    run: async (rig) => {
      await pour(rig, 1_000, (peer, index) => {
        const typeNames = Array.from({ length: 1_000 }, (_, n) => `x.T${index}_${n}`);
        peer.batch(toCollector(rig, { typeNames, envelopes: typeNames.map((_, typeId) => ({ typeId })) }));
      });
      await pourOver(rig, 5, (peer) =>
        peer.batch(toCollector(rig, { typeNames: ["x".repeat(1024 * 1024)] })),
      );
    },
  },
  {
    id: "H9",
    what: "Stop, PoisonPill, Watch and Terminated to every internal process, 32,000 times",
    // Who watches what is not there is told so, and reports of an end that nobody waits for mean nothing.
    refused: 16_000,
    run: (rig) =>
      pour(rig, 1_000, (peer) =>
        peer.batch({
          typeNames: systemMessages.map(({ name }) => name),
          targets: internalIds.map((Id) => ({ Address: rig.address, Id })),
          envelopes: internalIds.flatMap((_, target) =>
            systemMessages.map(({ bytes }, typeId) => ({ target, typeId, messageData: bytes })),
          ),
        }),
      ),
  },
  thirdAddresses,
  forgedReplies,
  unread,
  ...watchFloods,
  {
    id: "H16",
    what: "messages with odd header names, too many headers, and headers of 2 MB",
    refused: 40,
    headers: Array.from({ length: 20 }, () => oddHeaders.map((pair) => pair.join("=")).toSorted()),
    run: async (rig) => {
      const odd = Object.fromEntries(oddHeaders);
      const many = Object.fromEntries(Array.from({ length: 100_000 }, (_, n) => [`h${n}`, ""]));
      for (const headerData of [odd, many, { long: "x".repeat(2_000_000) }]) {
        await pourOver(rig, 20, (peer) =>
          peer.batch(
            toCollector(rig, {
              targets: [{ Address: rig.address, Id: "headers" }],
              envelopes: [{ messageHeader: { headerData } }],
            }),
          ),
        );
      }
    },
  },
  {
    id: "H17",
    what: "peers whose ids, addresses and types would forge a line of the log",
    run: async (rig) => {
      const forged = '\n{"level":"error","forged":true}\n\u001b[31m\u2028';
      for (const [systemId, address] of [
        [forged, "raw:1"],
        ["x", `${forged}:1`],
      ] as const) {
        const peer = await RawPeer.connect(new GrpcTransport(), rig.address);
        peer
          .greet({ systemId, address })
          .batch(toCollector(rig, { typeNames: [forged] }))
          .sayBytes(noise(40));
        await pause(50);
        peer.close();
      }
    },
  },
];
