// A member in a process of its own, which listens when it is told to. Talks to its parent by IPC.
import { TextMember, type TextMemberOptions } from "./text-member.ts";

/** What the parent asks. */
export type TextMemberRequest =
  | { readonly ask: "start"; readonly options: TextMemberOptions }
  | { readonly ask: "collected" };

let member: TextMember | undefined;

process.on("message", async (told: TextMemberRequest) => {
  if (told.ask === "start") {
    member = await TextMember.start(told.options);
    process.send!({ address: member.remote.address });
  } else {
    process.send!({ collected: member!.collected });
  }
});
process.on("disconnect", () => process.exit());
process.send!({ ready: true });
