import { randomInt } from "node:crypto";
import { toBinary } from "@bufbuild/protobuf";
import { StringValueSchema } from "@bufbuild/protobuf/wkt";
import type { Attack } from "./hostile-transport-floods.ts";
import { pour, textType } from "./hostile-transport-peers.ts";
import type { HostileRig } from "./hostile-transport-rig.ts";
import { text } from "./text-member.ts";

const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_";
const frames = 1_000;
const guessesPerFrame = 1_000;
const pending = 100;

function guessedId(): string {
  return `$reply-${Array.from({ length: 22 }, () => alphabet[randomInt(64)]).join("")}`;
}

/** The same id but for its last character. */
function nearMiss(id: string): string {
  return id.slice(0, -1) + (id.endsWith("0") ? "1" : "0");
}

/** @throws Error unless every request that waits meanwhile gets the answer of whom it asked. */
async function guessReplies(rig: HostileRig): Promise<void> {
  const held = await rig.hold(pending);
  const numbers = held.map(({ requestId }) => requestId);
  const forged = toBinary(StringValueSchema, text("forged"));
  await pour(rig, frames, (peer, index) =>
    peer.batch({
      typeNames: [textType],
      // The name that the process has at home, ids as peers are given them, that which the asked peer was given, and one next to it.
      targets: ["$futures", guessedId(), held[0]!.id, nearMiss(held[0]!.id)].map((Id) => ({
        Address: rig.address,
        Id,
      })),
      envelopes: Array.from({ length: guessesPerFrame }, (_, n) => ({
        target: n % 4,
        // Half of the numbers are those that wait.
        targetRequestId: n % 8 < 4 ? numbers[(n >> 3) % pending]! : index * guessesPerFrame + n + 1,
        messageData: forged,
      })),
    }),
  );
  const answers = await rig.release();
  const wrong = answers.filter((answer, index) => answer !== `genuine ${index}`);
  if (answers.length !== pending || wrong.length > 0)
    throw new Error(
      `${wrong.length} of ${answers.length} requests were answered by somebody else: ${wrong[0]}`,
    );
}

/** Answers to what others were asked. */
export const forgedReplies: Attack = {
  id: "H11",
  what: `a million guesses at the ids and numbers of replies, while ${pending} requests wait`,
  deadLetters: frames * guessesPerFrame,
  run: guessReplies,
};
