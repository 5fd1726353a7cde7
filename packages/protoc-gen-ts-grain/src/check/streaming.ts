import type { DescMethod, DescService } from "@bufbuild/protobuf";
import type { Diagnostic } from "../plugin-error.ts";
import { sourcePosition } from "./source-position.ts";

/** One diagnostic for each rpc that streams. */
export function checkStreaming(service: DescService): readonly Diagnostic[] {
  return service.methods
    .filter(({ methodKind }) => methodKind !== "unary")
    .map((method) => ({
      code: "streaming_rpc",
      message: `${sourcePosition(method)}: ${method.toString()} is ${streamingKind(method)}; a grain answers one message with one. Make it unary, or leave it out with the parameter streaming=skip.`,
    }));
}

/** What to say of an rpc that is left out. */
export function skippedWarning(method: DescMethod): string {
  return `${sourcePosition(method)}: ${method.toString()} is ${streamingKind(method)} and left out, as streaming=skip says.`;
}

function streamingKind({ methodKind }: DescMethod): string {
  return methodKind.replace("bidi_", "bidirectional_").replace("_", " ");
}
