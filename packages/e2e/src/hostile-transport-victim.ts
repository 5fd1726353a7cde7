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
import { TextMember, type TextMemberOptions, text } from "./text-member.ts";

/** What the parent asks. */
export type VictimRequest =
  | { readonly ask: "begin" | "end" | "rest" | "answers" }
  /** Asks the honest member at this address so many things. */
  | { readonly ask: "request"; readonly count: number; readonly address: string };

/** What the victim has seen of itself since `begin`. Sizes in bytes, times in milliseconds. */
export interface VictimReport {
  /** Longest time from one turn of the event loop to the next. */
  readonly stallMs: number;
  /** The most that this thread computed without a turn of the event loop: the stall that is our own doing. */
  readonly busyMs: number;
  /** Resident memory: before, at its highest, and now, after a collection. */
  readonly beforeBytes: number;
  readonly peakBytes: number;
  readonly nowBytes: number;
  /** Live memory now less that before; only in the answer to "rest". */
  readonly heldBytes: number;
  /** Errors that reached the process. */
  readonly strayErrors: number;
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

const everyMs = 5;

/** Looks at itself every few milliseconds. */
class SelfWatch {
  stallMs = 0;
  busyMs = 0;
  beforeBytes = 0;
  peakBytes = 0;
  liveBytes = 0;
  strayErrors = 0;
  deadLetters = 0;
  refused = 0;
  #lastMs = performance.now();
  #lastBusyMs = threadMs();

  start(): void {
    process.on("unhandledRejection", () => this.strayErrors++);
    process.on("uncaughtException", () => this.strayErrors++);
    setInterval(() => this.#look(), everyMs);
  }

  begin(): void {
    this.beforeBytes = resting();
    this.liveBytes = live();
    this.peakBytes = this.beforeBytes;
    this.stallMs = 0;
    this.busyMs = 0;
    this.#lastMs = performance.now();
    this.#lastBusyMs = threadMs();
  }

  #look(): void {
    const [nowMs, busyMs] = [performance.now(), threadMs()];
    this.stallMs = Math.max(this.stallMs, nowMs - this.#lastMs - everyMs);
    this.busyMs = Math.max(this.busyMs, busyMs - this.#lastBusyMs);
    this.peakBytes = Math.max(this.peakBytes, process.memoryUsage.rss());
    this.#lastMs = nowMs;
    this.#lastBusyMs = busyMs;
  }
}

function threadMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1_000;
}

/** Resident memory without what only waits for the collector. */
function resting(): number {
  // Twice, as buffers are let go of one collection after the objects that hold them.
  globalThis.gc?.();
  globalThis.gc?.();
  return process.memoryUsage.rss();
}

/** What JavaScript objects and their buffers take. */
function live(): number {
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

const watch = new SelfWatch();
watch.start();
const options = JSON.parse(process.argv[2] ?? "{}") as TextMemberOptions;
const member = await TextMember.start({ ...options, logger: consoleLogger });
for (const type of [FileDescriptorSetSchema, StructSchema, AnySchema]) member.remote.types.register(type);

const headersSeen: (readonly string[])[] = [];
const lookAtHeaders = ({ message, headers }: ActorContext): void => {
  if (!isMessage(message, StringValueSchema)) return;
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

process.on("message", (told: VictimRequest) => {
  const { ask } = told;
  if (ask === "request") {
    request(told.address, told.count);
    return;
  }
  if (ask === "answers") {
    void Promise.all(answers.splice(0)).then((heard) => process.send!(heard));
    return;
  }
  if (ask === "begin") {
    member.collected.length = 0;
    headersSeen.length = 0;
    watch.begin();
    watch.deadLetters = countDeadLetters();
    watch.refused = countRefused();
    process.send!({ address: member.remote.address });
    return;
  }
  const { sessions, endpoints } = member.remote.stats;
  const { stallMs, busyMs, beforeBytes, peakBytes, strayErrors } = watch;
  const figures = { stallMs, busyMs, beforeBytes, peakBytes, strayErrors };
  const nowBytes = ask === "rest" ? resting() : process.memoryUsage.rss();
  const heldBytes = live() - watch.liveBytes;
  const report: VictimReport = {
    ...figures,
    nowBytes,
    heldBytes,
    deadLetters: countDeadLetters() - watch.deadLetters,
    refused: countRefused() - watch.refused,
    sessions,
    endpoints,
    collected: member.collected,
    headers: headersSeen,
  };
  process.send!(report);
});
process.on("disconnect", () => process.exit());
process.send!({ address: member.remote.address });
