// A member in a process of its own, which listens when it is told to. Talks to its parent by IPC.
import { PID } from "@ts-grain/actor";
import { TestProbe } from "@ts-grain/actor/testing";
import { TextMember, type TextMemberOptions, text } from "./text-member.ts";

/** What the parent asks. */
export type TextMemberRequest =
  | { readonly ask: "start"; readonly options: TextMemberOptions }
  | { readonly ask: "watch"; readonly address: string; readonly id: string }
  | { readonly ask: "collected" }
  | ({ readonly ask: "say and end"; readonly address: string } & LastWords);

/** What is said before the end, and which connection there is for it. */
export interface LastWords {
  readonly connection: "open" | "none";
  readonly texts: readonly string[];
}

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
  } else if (told.ask === "say and end") {
    const { system, remote } = await started.promise;
    if (told.connection === "open") await system.root.requestAsync(new PID(told.address, "echo"), text("x"));
    for (const each of told.texts) system.root.send(new PID(told.address, "collector"), text(each));
    await remote.shutdown();
    process.exit();
  } else {
    process.send!({ collected: (await started.promise).collected });
  }
}

process.on("message", (told: TextMemberRequest) => void obey(told));
process.on("disconnect", () => process.exit());
process.send!({ ready: true });
