// What a peer can say in whose name, as docs/decisions/0041-who-may-speak-for-whom.md has it.
import { create, isMessage, toBinary } from "@bufbuild/protobuf";
import { StringValueSchema } from "@bufbuild/protobuf/wkt";
import type { ActorContext } from "@ts-grain/actor";
import { PID } from "@ts-grain/actor";
import { TestProbe } from "@ts-grain/actor/testing";
import { expect, test } from "vitest";
import { RemotePair } from "../test/remote-pair.ts";
import { DialHandshake } from "./endpoint/dial-handshake.ts";
import type { ConnectResponse } from "./gen/remote/remote_pb.ts";
import { RawPeer } from "./testing/raw-peer.ts";

const text = (value: string) => create(StringValueSchema, { value });
const clusterToken = "a token of some length";

/** A batch with one text for a process of `b`. */
function oneText(value: string, id: string, sender?: { readonly Address: string; readonly Id: string }) {
  return {
    typeNames: [StringValueSchema.typeName],
    targets: [{ Address: "b:1", Id: id }],
    senders: sender ? [sender] : [],
    envelopes: [{ messageData: toBinary(StringValueSchema, text(value)), sender: sender ? 1 : 0 }],
  };
}

function dial({ network }: RemotePair): Promise<RawPeer> {
  return RawPeer.connect(network.transport(), "b:1");
}

/** An actor of `b` that answers texts with themselves. */
function exposeEcho(pair: RemotePair): PID {
  return pair.expose("echo", (context: ActorContext) => {
    if (isMessage(context.message, StringValueSchema) && context.sender) context.respond(context.message);
  });
}

test("who knows the cluster's token may greet as another member, whose connection is then ended", async () => {
  await using pair = await RemotePair.start({ remote: { clusterName: "c", clusterToken } });
  await expect(pair.a.system.root.requestAsync(exposeEcho(pair), text("x"))).resolves.toEqual(text("x"));
  const own = pair.b.remote.stats.sessions;

  const self = { systemId: pair.a.system.id, address: "a:1" };
  const membership = { clusterName: "c", token: clusterToken };
  const handshake = new DialHandshake(self, membership, new Uint8Array(32).fill(7));
  const other = (await dial(pair)).sayBytes(handshake.introduction());
  await pair.clock.settle();
  const step = handshake.answered(other.answers[0]?.messageType.value as ConnectResponse);
  if (step.kind !== "prove") throw new Error(step.kind);
  other.sayBytes(step.frame);
  await pair.clock.settle();
  expect(other.answers).toHaveLength(2);
  expect([other.isClosed, pair.b.remote.stats.sessions]).toEqual([false, own]);
});

test("a process that has sent something to one peer can be addressed, and not stopped, by every other", async () => {
  await using pair = await RemotePair.start();
  const hidden = new TestProbe(pair.b.system);
  const stranger = (await dial(pair)).greet();
  stranger.batch(oneText("too early", hidden.pid.id));
  await pair.clock.settle();
  hidden.request(new PID("a:1", "anybody"), text("for a alone"));
  await pair.clock.settle();
  stranger.batch(oneText("from the stranger", hidden.pid.id));
  stranger.batch({ ...oneText("", hidden.pid.id), typeNames: ["actor.Stop"] });
  stranger.batch(oneText("it goes on", hidden.pid.id));
  await pair.clock.settle();
  const heard = hidden.messages.flatMap((message) =>
    isMessage(message, StringValueSchema) ? [message.value] : [],
  );
  expect(heard).toEqual(["from the stranger", "it goes on"]);
});

test("a peer may name a process of a member that we know as the sender, and that one gets the answer", async () => {
  await using pair = await RemotePair.start();
  const echo = exposeEcho(pair);
  const bystander = new TestProbe(pair.a.system);
  pair.a.remote.expose(bystander.pid.id);
  await pair.a.system.root.requestAsync(echo, text("so that b knows a"));
  const stranger = (await dial(pair)).greet();
  stranger.batch(oneText("in the name of another", "echo", { Address: "a:1", Id: bystander.pid.id }));
  await pair.clock.settle();
  await expect(bystander.next()).resolves.toMatchObject({ message: text("in the name of another") });
});

test("the address that a peer greets with is dialled to answer it, whoever listens there", async () => {
  await using pair = await RemotePair.start();
  exposeEcho(pair);
  let dialled = 0;
  const listener = await pair.network.transport().listen({ host: "elsewhere", port: 1 }, (connection) => {
    dialled++;
    connection.close();
  });
  const stranger = (await dial(pair)).greet({ address: "elsewhere:1" });
  await pair.clock.settle();
  expect(dialled).toBe(0);
  stranger.batch(oneText("x", "echo", { Address: "elsewhere:1", Id: "asker" }));
  await pair.clock.settle();
  expect(dialled).toBe(1);
  await listener.close();
});
