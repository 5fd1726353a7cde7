import { Readable, type Writable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import { fromBinary, toBinary } from "@bufbuild/protobuf";
import {
  type CodeGeneratorRequest,
  CodeGeneratorRequestSchema,
  CodeGeneratorResponseSchema,
} from "@bufbuild/protobuf/wkt";
import { helpText } from "./help.ts";
import { createPlugin } from "./plugin.ts";

/** What a process was started with. */
export interface Invocation {
  readonly args: readonly string[];
  readonly stdin: Readable & { readonly isTTY?: boolean | undefined };
  readonly stdout: Writable;
  readonly stderr: Writable;
}

/**
 * 0: done, also if the answer is an error in the .proto files, which the compiler reports. 1: the request could not be
 * read, is no valid set of descriptors, or the answer could not be written. 2: wrong command line.
 */
export type ExitCode = 0 | 1 | 2;

/** Answers the compiler that started this process, or the person who did. */
export async function runCommandLine({ args, stdin, stdout, stderr }: Invocation): Promise<ExitCode> {
  const plugin = createPlugin({ warn: (message) => stderr.write(`${plugin.name}: warning: ${message}\n`) });
  const [argument] = args;
  switch (argument) {
    case "--version":
    case "-v":
      stdout.write(`${plugin.name} ${plugin.version}\n`);
      return 0;
    case "--help":
    case "-h":
      stdout.write(helpText);
      return 0;
    case undefined:
      break;
    default:
      stderr.write(`${plugin.name}: unknown argument ${JSON.stringify(argument)}; try --help\n`);
      return 2;
  }
  if (stdin.isTTY) {
    stderr.write(helpText);
    return 2;
  }
  try {
    const response = plugin.run(decodeRequest(await buffer(stdin)));
    await pipeline(Readable.from([toBinary(CodeGeneratorResponseSchema, response)]), stdout, { end: false });
    return 0;
  } catch (error) {
    stderr.write(`${plugin.name}: ${oneLine(error)}\n`);
    return 1;
  }
}

function decodeRequest(bytes: Uint8Array): CodeGeneratorRequest {
  try {
    return fromBinary(CodeGeneratorRequestSchema, bytes);
  } catch (cause) {
    throw new Error(`the input is no CodeGeneratorRequest: ${oneLine(cause)}`, { cause });
  }
}

function oneLine(error: unknown): string {
  const message = (error instanceof Error ? error.message : String(error)).replace(/\s*\n\s*/g, " ").trim();
  // protobuf-es checks some things without a word.
  return message === "" ? "the request holds no valid set of descriptors" : message;
}
