import { create, fromBinary, isMessage, type Message, toBinary } from "@bufbuild/protobuf";
import { GrainErrorResponseSchema } from "../gen/cluster/grain_pb.ts";
import { type LocatedAnswer, LocatedAnswerSchema } from "../gen/tsgrain/cluster/v1/located_pb.ts";
import type { GrainMethod } from "./grain-service.ts";
import type { Turn } from "./grain-turn.ts";

/** A turn whose answer says where the grain is: its id. */
export function tellingPlace(turn: Turn, { output }: GrainMethod, id: string): Turn {
  return {
    sender: turn.sender,
    headers: turn.headers,
    get signal() {
      return turn.signal;
    },
    respond(answer) {
      const located: LocatedAnswer["answer"] = isMessage(answer, GrainErrorResponseSchema)
        ? { case: "error", value: answer }
        : { case: "response", value: toBinary(output, answer as Message) };
      turn.respond(create(LocatedAnswerSchema, { id, answer: located }));
    },
  };
}

/** What the grain answered; undefined if that is no response of the rpc. */
export function answerIn({ answer }: LocatedAnswer, { output }: GrainMethod): Message | undefined {
  if (answer.case !== "response") return answer.value;
  try {
    return fromBinary(output, answer.value);
  } catch {
    return undefined;
  }
}
