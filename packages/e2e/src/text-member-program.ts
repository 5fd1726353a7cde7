// A member in a process of its own, which listens when it is told to. Talks to its parent by IPC.
import { TextMember, type TextMemberOptions } from "./text-member.ts";

/** What the parent asks. */
export type TextMemberRequest =
  | { readonly ask: "start"; readonly options: TextMemberOptions }
  | { readonly ask: "collected" };

const started = Promise.withResolvers<TextMember>();

async function obey(told: TextMemberRequest): Promise<void> {
  if (told.ask === "start") {
    const member = await TextMember.start(told.options);
    started.resolve(member);
    process.send!({ address: member.remote.address });
  } else {
    process.send!({ collected: (await started.promise).collected });
  }
}

process.on("message", (told: TextMemberRequest) => void obey(told));
process.on("disconnect", () => process.exit());
process.send!({ ready: true });
