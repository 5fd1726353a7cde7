import type { DescFile, DescMessage } from "@bufbuild/protobuf";
import { unaryMethods } from "../unary-methods.ts";
import { whyLeft } from "./straight-code.ts";

/** A message that straight code writes and reads. */
export interface PlannedMessage {
  readonly desc: DescMessage;
  /** What the names of its functions end with, in PascalCase: no other message of the plan has it. */
  readonly base: string;
  /** The name of its codec, if it is the request or the response of an rpc. */
  readonly codec: string | undefined;
}

/** A message that only protobuf-es writes and reads. */
export interface LeftMessage {
  readonly desc: DescMessage;
  readonly reason: string;
}

/** What there is to print for the messages that the grains of a file exchange. */
export interface CodecPlan {
  /** In the order of their names. */
  readonly messages: readonly PlannedMessage[];
  readonly left: readonly LeftMessage[];
  find(desc: DescMessage): PlannedMessage | undefined;
}

/** The plan of a file that is to have none. */
export const noCodecs: CodecPlan = { messages: [], left: [], find: () => undefined };

/** Plans codecs for the requests and responses of a file's rpcs, and for all messages in them, wherever they are declared. */
export function planCodecs(file: DescFile): CodecPlan {
  const roots = new Set(file.services.flatMap(unaryMethods).flatMap(({ input, output }) => [input, output]));
  const reasons = reach(roots);
  const descs = [...reasons.keys()].toSorted((a, b) => (a.typeName < b.typeName ? -1 : 1));
  const bases = uniqueBases(descs.filter((desc) => reasons.get(desc) === undefined));
  const taken = new Set([...bases.values()].flatMap((base) => [`new${base}`, `write${base}`, `read${base}`]));
  const planned = new Map<DescMessage, PlannedMessage>();
  for (const [desc, base] of bases) {
    const codec = roots.has(desc) ? uniqueName(codecNameOf(base), taken) : undefined;
    planned.set(desc, { desc, base, codec });
  }
  const left = descs.flatMap((desc) => {
    const reason = reasons.get(desc);
    return reason === undefined ? [] : [{ desc, reason }];
  });
  return { messages: [...planned.values()], left, find: (desc) => planned.get(desc) };
}

/** All messages from the roots on, with the reason why one is left. What is in one that is left is left with it. */
function reach(roots: ReadonlySet<DescMessage>): ReadonlyMap<DescMessage, string | undefined> {
  const reasons = new Map<DescMessage, string | undefined>();
  const waiting = [...roots];
  for (let desc = waiting.pop(); desc !== undefined; desc = waiting.pop()) {
    if (reasons.has(desc)) continue;
    const reason = whyLeft(desc);
    reasons.set(desc, reason);
    if (reason === undefined) waiting.push(...desc.fields.flatMap(({ message }) => message ?? []));
  }
  return reasons;
}

function uniqueBases(descs: readonly DescMessage[]): ReadonlyMap<DescMessage, string> {
  const taken = new Set<string>();
  return new Map(descs.map((desc) => [desc, uniqueName(pascalCase(desc), taken)]));
}

/** A message called `ReadFile` and a function that reads a `FileCodec` would both have the name `readFileCodec`. */
function codecNameOf(base: string): string {
  return `${base.charAt(0).toLowerCase()}${base.slice(1)}Codec`;
}

/** `Outer.inner` as `Outer_inner`. */
function pascalCase({ typeName, file }: DescMessage): string {
  const name = file.proto.package === "" ? typeName : typeName.slice(file.proto.package.length + 1);
  return `${name.charAt(0).toUpperCase()}${name.slice(1).replaceAll(".", "_")}`;
}

function uniqueName(name: string, taken: Set<string>): string {
  let unique = name;
  for (let count = 1; taken.has(unique); count++) unique = `${name}$${count}`;
  taken.add(unique);
  return unique;
}
