import type { DescField, DescFile } from "@bufbuild/protobuf";
import type { LeftMessage, PlannedMessage } from "../../codec/codec-plan.ts";
import { code } from "../code.ts";
import { withInertPreamble } from "../inert-preamble.ts";
import type { CodecOutput, Lines } from "./codec-output.ts";
import { entryFunction } from "./entry-function.ts";
import { newFunction } from "./new-function.ts";
import { readFunction } from "./read-function.ts";
import { writeFunction } from "./write-function.ts";

/** Prints the codecs that a file's grains use, then the functions of each message; nothing if there are none. */
export function printCodecFile(f: CodecOutput, file: DescFile): void {
  f.preamble(withInertPreamble(file));
  const { messages, left } = f.plan;
  const blocks = [
    ...messages.flatMap((message) => codec(f, message)),
    ...messages.flatMap((message) => functions(f, message)),
    ...(left.length === 0 ? [] : [leftComment(left)]),
  ];
  for (const [position, lines] of blocks.entries()) {
    if (position > 0) f.print();
    for (const line of lines) f.print(line);
  }
}

function codec(f: CodecOutput, { desc, base, codec: name }: PlannedMessage): readonly Lines[] {
  if (name === undefined) return [];
  const declared = code`${f.export("const", name)}: ${f.runtimeType("MessageCodec")}`;
  return [
    [
      f.jsDoc(`@generated from ${desc.toString()}`),
      code`${declared} = /*@__PURE__*/ ${f.call("messageCodec")}(${f.schema(desc)}, {`,
      code`  write: ${f.own(`write${base}`)},`,
      code`  read: ${f.own(`read${base}`)},`,
      "});",
    ],
  ];
}

function functions(f: CodecOutput, message: PlannedMessage): readonly Lines[] {
  const maps = message.desc.fields.filter(
    (field): field is DescField & { fieldKind: "map" } => field.fieldKind === "map",
  );
  return [
    newFunction(f, message),
    writeFunction(f, message),
    readFunction(f, message),
    ...maps.map((field) => entryFunction(f, field)),
  ];
}

function leftComment(left: readonly LeftMessage[]): Lines {
  return [
    "// Written and read by protobuf-es:",
    ...left.map(({ desc, reason }) => `// ${inOneLine(desc.toString())}: ${reason}`),
  ];
}

// The package of an imported file may be any text in a request that no compiler has made.
function inOneLine(text: string): string {
  return text.replaceAll(/[\r\n\u2028\u2029]/g, " ");
}
