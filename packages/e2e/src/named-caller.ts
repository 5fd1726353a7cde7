// A member in a process of its own, that asks others by their names: `node named-caller.ts`. Talks to its parent by IPC.
import type { StringValue } from "@bufbuild/protobuf/wkt";
import { type ActorError, PID } from "@ts-grain/actor";
import { TextMember, text } from "./text-member.ts";

const member = await TextMember.start({ connectAttempts: 2, connectTimeoutMs: 1_000 });
process.on("message", (address: string) => {
  member.request(new PID(address, "echo"), text("hello")).then(
    (answer) => process.send!({ value: (answer as StringValue).value }),
    (error: ActorError) => process.send!({ code: error.code }),
  );
});
process.on("disconnect", () => process.exit());
process.send!({ value: "ready" });
