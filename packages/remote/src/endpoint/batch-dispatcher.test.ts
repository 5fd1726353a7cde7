import { create, toBinary } from "@bufbuild/protobuf";
import {
  BoolValueSchema,
  type StringValue,
  StringValueSchema,
  type UInt32Value,
  UInt32ValueSchema,
} from "@bufbuild/protobuf/wkt";
import { DeadLetterEvent, type PID, type Process } from "@ts-grain/actor";
import { expect, test } from "vitest";
import { RemotePair } from "../../test/remote-pair.ts";
import { RawPeer } from "../testing/raw-peer.ts";
import { protobufCodec } from "../wire/message-codec.ts";
import type { MessageReader } from "../wire/message-reader.ts";

/** What a process of `b` was told: by which name and request number, what, and by whom. */
type Told = readonly [name: string, value: string | number | boolean, sender: string | undefined];

/** Processes of `b` that note at once what they are told, and a peer that has greeted. */
async function scene(pair: RemotePair, onTold?: (told: Told) => void) {
  const told: Told[] = [];
  const dead: string[] = [];
  const { system, remote } = pair.b;
  const open = (name: string) => {
    const process: Process = {
      sendUser(target: PID, message, sender) {
        const { value } = message as StringValue | UInt32Value;
        told.push([`${target.id} ${target.requestId}`, value, sender?.toString()]);
        onTold?.(told.at(-1)!);
      },
      sendSystem() {},
    };
    system.processes.add(name, process);
    remote.expose(name);
  };
  for (const name of ["one", "two"]) open(name);
  system.eventStream.subscribe((event) => {
    if (event instanceof DeadLetterEvent) dead.push(`${event.target?.id}: ${event.reason}`);
  });
  const peer = (await RawPeer.connect(pair.network.transport(), remote.address)).greet();
  return { told, dead, peer };
}

const tables = {
  typeNames: [StringValueSchema.typeName, UInt32ValueSchema.typeName, BoolValueSchema.typeName],
  targets: ["one", "two"].map((Id) => ({ Address: "b:1", Id })),
  senders: [
    { Address: "raw:1", Id: "me" },
    { Address: "raw:1", Id: "you" },
    { Address: "stranger:1", Id: "who" },
  ],
};

const text = (value: string) => toBinary(StringValueSchema, create(StringValueSchema, { value }));
const count = (value: number) => toBinary(UInt32ValueSchema, create(UInt32ValueSchema, { value }));

test("each message of a batch goes its own way, whatever way the one before it went", async () => {
  await using pair = await RemotePair.start();
  const { told, peer } = await scene(pair);
  const envelopes = [
    { messageData: text("a") },
    { messageData: text("b") },
    { messageData: count(3), typeId: 1 },
    { messageData: count(4), typeId: 1 },
    { messageData: count(5), typeId: 1, target: 1 },
    { messageData: text("f"), target: 1, sender: 1 },
    { messageData: text("g"), target: 1, sender: 2 },
    { messageData: text("h"), target: 1 },
    { messageData: text("i") },
    { messageData: text("j"), targetRequestId: 7 },
    { messageData: text("k") },
    { messageData: new TextEncoder().encode('"l"'), serializerId: 1 },
    { messageData: text("m") },
  ];
  peer.batch({ ...tables, envelopes });
  await pair.clock.settle();
  expect(told).toEqual([
    ["one 0", "a", undefined],
    ["one 0", "b", undefined],
    ["one 0", 3, undefined],
    ["one 0", 4, undefined],
    ["two 0", 5, undefined],
    ["two 0", "f", "raw:1/me"],
    ["two 0", "g", "raw:1/you"],
    ["two 0", "h", undefined],
    ["one 0", "i", undefined],
    ["one 7", "j", undefined],
    ["one 0", "k", undefined],
    ["one 0", "l", undefined],
    ["one 0", "m", undefined],
  ]);
});

test("who is named alike in batch after batch is given as the same PID, and as another one where the name has changed", async () => {
  await using pair = await RemotePair.start();
  const senders: unknown[] = [];
  const { system, remote } = pair.b;
  const process: Process = {
    sendUser: (_target, _message, sender) => void senders.push(sender),
    sendSystem() {},
  };
  system.processes.add("one", process);
  remote.expose("one");
  const peer = (await RawPeer.connect(pair.network.transport(), remote.address)).greet();
  const [me, you] = tables.senders;
  const envelopes = [{ messageData: text("a"), sender: 1 }];
  for (const sender of [me!, me!, you!, me!]) peer.batch({ ...tables, senders: [sender], envelopes });
  await pair.clock.settle();
  expect(senders.map(String)).toEqual(["raw:1/me", "raw:1/me", "raw:1/you", "raw:1/me"]);
  expect(senders[1]).toBe(senders[0]);
  // A request's number is its own.
  peer.batch({ ...tables, senders: [me!], envelopes: [{ ...envelopes[0]!, senderRequestId: 5 }] });
  await pair.clock.settle();
  expect([(senders.at(-1) as PID).requestId, (senders[3] as PID).requestId]).toEqual([5, 0]);
});

test("what a batch still holds for a process that ends meanwhile becomes dead letters", async () => {
  await using pair = await RemotePair.start();
  const { told, dead, peer } = await scene(pair, ([, value]) => {
    if (value === "b") pair.b.system.processes.remove("one");
  });
  peer.batch({ ...tables, envelopes: ["a", "b", "c"].map((value) => ({ messageData: text(value) })) });
  await pair.clock.settle();
  expect([told.map(([, value]) => value), dead]).toEqual([["a", "b"], ["one: not_found"]]);
});

test("what is like a message for nobody is for nobody, too, whoever got the one before that", async () => {
  await using pair = await RemotePair.start();
  const { told, dead, peer } = await scene(pair);
  const targets = [...tables.targets, { Address: "b:1", Id: "three" }];
  const envelopes = [0, 0, 0, 2, 2, 2, 0].map((target) => ({ messageData: text("a"), target }));
  peer.batch({ ...tables, targets, envelopes });
  await pair.clock.settle();
  expect(told.map(([name]) => name)).toEqual(["one 0", "one 0", "one 0", "one 0"]);
  expect(dead).toEqual(["three: not_found", "three: not_found", "three: not_found"]);
});

test("a message that is none becomes a dead letter, and those after it arrive", async () => {
  await using pair = await RemotePair.start();
  const { told, dead, peer } = await scene(pair);
  const messages = [text("a"), text("b"), Uint8Array.of(0x0a, 9), text("d"), Uint8Array.of(0x0b), text("f")];
  peer.batch({ ...tables, envelopes: messages.map((messageData) => ({ messageData })) });
  await pair.clock.settle();
  expect(told.map(([, value]) => value)).toEqual(["a", "b", "d", "f"]);
  expect(dead).toEqual(["one: not_serializable", "one: not_serializable"]);
});

test("what an unknown sender says is refused each time, also after others were heard", async () => {
  await using pair = await RemotePair.start();
  const { told, dead, peer } = await scene(pair);
  const envelopes = [1, 3, 3, 1, 3].map((sender) => ({ messageData: text(String(sender)), sender }));
  peer.batch({ ...tables, envelopes });
  await pair.clock.settle();
  expect(told.map(([, value]) => value)).toEqual(["1", "1"]);
  expect(dead).toEqual(["one: refused", "one: refused", "one: refused"]);
});

test.for([
  { what: "requests", sender: 1, reads: false, inFirstTurn: 50 },
  { what: "requests of a codec that reads by itself", sender: 1, reads: true, inFirstTurn: 100 },
  { what: "messages that need no answer", sender: 0, reads: false, inFirstTurn: 100 },
])(
  "of 100 $what $inFirstTurn are handed over in the turn in which they come",
  async ({ sender, reads, inFirstTurn }) => {
    await using pair = await RemotePair.start();
    const codec = protobufCodec(StringValueSchema);
    const read = (reader: MessageReader, end: number) => codec.decode(reader.bytes, reader.pos, end);
    if (reads) pair.b.remote.types.useCodec({ ...codec, read });
    const counts: number[] = [];
    const { told, peer } = await scene(pair, () => {
      if (told.length === 1) pair.clock.eventLoop.later(() => counts.push(told.length));
    });
    const envelopes = Array.from({ length: 100 }, () => ({ messageData: text("x"), sender }));
    peer.batch({ ...tables, typeNames: [StringValueSchema.typeName], envelopes });
    await pair.clock.settle();
    expect([counts, told.length]).toEqual([[inFirstTurn], 100]);
  },
);
