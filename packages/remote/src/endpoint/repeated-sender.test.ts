import { create, isMessage } from "@bufbuild/protobuf";
import { type StringValue, StringValueSchema } from "@bufbuild/protobuf/wkt";
import { type ActorContext, PID, propsFromFunction } from "@ts-grain/actor";
import { expect, test } from "vitest";
import { RemotePair } from "../../test/remote-pair.ts";

const text = (value: string) => create(StringValueSchema, { value });

/** An actor that answers, and a name that sends to it by one PID, before there is a connection. */
async function start() {
  const pair = await RemotePair.start({ network: { delayMs: 10 } });
  const heard: string[] = [];
  const echo = pair.expose("echo", (context: ActorContext) => {
    if (isMessage(context.message) && context.sender) context.send(context.sender, context.message);
  });
  const { root, address } = pair.a.system;
  const me = new PID(address, "worker");
  const listener = propsFromFunction(({ message }) => {
    if (isMessage(message)) heard.push((message as StringValue).value);
  });
  return {
    pair,
    heard,
    echo,
    root,
    me,
    listener,
    send: (value: string) => root.requestWithSender(echo, text(value), me),
  };
}

test("who takes the name of a sender that has ended is answered, whatever was sent in between", async () => {
  const { pair, heard, echo, root, listener, send } = await start();
  await using _ = pair;
  const first = root.spawnNamed(listener, "worker");
  send("one");
  await root.stopAsync(first);
  root.spawnNamed(listener, "worker");
  root.send(echo, text("with headers"), { headers: { user: "ada" } });
  send("two");
  await pair.clock.advance(200);
  expect(heard).toContain("two");
});

test("a sender that is there only after its first message is answered", async () => {
  const { pair, heard, root, listener, send } = await start();
  await using _ = pair;
  send("one");
  root.spawnNamed(listener, "worker");
  send("two");
  await pair.clock.advance(200);
  expect(heard).toContain("two");
});
