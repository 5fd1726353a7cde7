// A member in a process of its own that watches itself: the victim of the hostile cases. Talks to its parent by IPC.
import { isMessage } from "@bufbuild/protobuf";
import {
  AnySchema,
  FileDescriptorSetSchema,
  type StringValue,
  StringValueSchema,
  StructSchema,
} from "@bufbuild/protobuf/wkt";
import { type ActorContext, consoleLogger, PID, propsFromFunction } from "@ts-grain/actor";
import { holderId } from "./hostile-transport-peers.ts";
import { type RestReport, type SelfReport, SelfWatch } from "./hostile-transport-self-watch.ts";
import { TextMember, type TextMemberOptions, text } from "./text-member.ts";

/** What the parent asks. */
export type VictimRequest =
  | { readonly ask: "begin" | "rest" | "answers" }
  /** Asks the honest member at this address so many things. */
  | { readonly ask: "request"; readonly count: number; readonly address: string };

/** What the victim has seen of itself since `begin`, and what it takes now. */
export interface VictimReport extends SelfReport, RestReport {
  /** Messages that reached nobody. */
  readonly deadLetters: number;
  /** Connections, greetings, frames and messages that were refused. */
  readonly refused: number;
  readonly sessions: number;
  readonly endpoints: number;
  /** Texts that reached the exposed collector. */
  readonly collected: readonly string[];
  /** The headers of what reached the actor that looks at nothing else, each as `name=value`. */
  readonly headers: readonly (readonly string[])[];
}

const watch = new SelfWatch();
watch.start();
const options = JSON.parse(process.argv[2] ?? "{}") as TextMemberOptions;
const member = await TextMember.start({ ...options, logger: consoleLogger });
for (const type of [FileDescriptorSetSchema, StructSchema, AnySchema]) member.remote.types.register(type);

const headersSeen: (readonly string[])[] = [];
const lookAtHeaders = ({ message, headers, system }: ActorContext): void => {
  if (!isMessage(message, StringValueSchema)) return;
  system.logger.info({ headers }, "headers have come");
  const pairs = Object.entries(headers).map(([name, value]) => `${name}=${value}`);
  headersSeen.push(pairs.toSorted());
};
member.system.root.spawnNamed(propsFromFunction(lookAtHeaders), "headers");
member.remote.expose("headers");

function countDeadLetters(): number {
  return Object.values(member.system.stats.deadLetters).reduce((sum, count) => sum + count, 0);
}

function countRefused(): number {
  return Object.values(member.remote.stats.refused).reduce((sum, count) => sum + count, 0);
}

/** The counts when the present case began. */
const before = { deadLetters: 0, refused: 0 };
const answers: Promise<string>[] = [];

function request(address: string, count: number): void {
  const { root } = member.system;
  for (let asked = 0; asked < count; asked++) {
    const answer = root.requestAsync<StringValue>(new PID(address, holderId), text("?"), {
      timeoutMs: 60_000,
    });
    answers.push(answer.then(({ value }) => value, String));
  }
}

async function begin(): Promise<object> {
  await watch.begin();
  member.collected.length = 0;
  headersSeen.length = 0;
  before.deadLetters = countDeadLetters();
  before.refused = countRefused();
  return { address: member.remote.address };
}

async function rest(): Promise<VictimReport> {
  const now = await watch.rest();
  const { sessions, endpoints } = member.remote.stats;
  return {
    ...watch.report,
    ...now,
    deadLetters: countDeadLetters() - before.deadLetters,
    refused: countRefused() - before.refused,
    sessions,
    endpoints,
    collected: member.collected,
    headers: headersSeen,
  };
}

async function obey(told: VictimRequest): Promise<void> {
  if (told.ask === "request") request(told.address, told.count);
  else if (told.ask === "answers") process.send!(await Promise.all(answers.splice(0)));
  else process.send!(await (told.ask === "begin" ? begin() : rest()));
}

process.on("message", (told: VictimRequest) => void obey(told));
process.on("disconnect", () => process.exit());
process.send!({ address: member.remote.address, id: member.system.id });
