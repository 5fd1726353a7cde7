import { create, isMessage } from "@bufbuild/protobuf";
import {
  DescriptorProtoSchema,
  type StringValue,
  StringValueSchema,
  StructSchema,
} from "@bufbuild/protobuf/wkt";
import { type ActorContext, PID } from "@ts-grain/actor";
import { expect } from "vitest";
import { RemotePair } from "./remote-pair.ts";

export function text(value: string): StringValue {
  return create(StringValueSchema, { value });
}

function echo(context: ActorContext): void {
  if (isMessage(context.message, StringValueSchema) && context.sender) context.respond(context.message);
}

/** Two members, the second of which has a "target" that strangers may write to. */
export async function startServing(): Promise<RemotePair> {
  const pair = await RemotePair.start({
    remote: { connectAttempts: 2, types: [StringValueSchema, StructSchema, DescriptorProtoSchema] },
  });
  pair.expose("target", echo);
  return pair;
}

/** What proves that nobody else was harmed. */
export async function expectServing({ a }: RemotePair): Promise<void> {
  await expect(a.system.root.requestAsync(new PID("b:1", "target"), text("honest"))).resolves.toEqual(
    text("honest"),
  );
}
