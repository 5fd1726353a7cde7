// A member in a process of its own, which listens when it is told to. Talks to its parent by IPC.
import { PID } from "@ts-grain/actor";
import { TestProbe } from "@ts-grain/actor/testing";
import { TextMember, type TextMemberOptions } from "./text-member.ts";

/** What the parent asks. */
export type TextMemberRequest =
  | { readonly ask: "start"; readonly options: TextMemberOptions }
  | { readonly ask: "watch"; readonly address: string; readonly id: string }
  | { readonly ask: "collected" };

const started = Promise.withResolvers<TextMember>();

async function obey(told: TextMemberRequest): Promise<void> {
  if (told.ask === "start") {
    const member = await TextMember.start(told.options);
    started.resolve(member);
    process.send!({ address: member.remote.address });
  } else if (told.ask === "watch") {
    const { system } = await started.promise;
    new TestProbe(system).watch(new PID(told.address, told.id));
    process.send!({ watches: true });
  } else {
    process.send!({ collected: (await started.promise).collected });
  }
}

process.on("message", (told: TextMemberRequest) => void obey(told));
process.on("disconnect", () => process.exit());
process.send!({ ready: true });
