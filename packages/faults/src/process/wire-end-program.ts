// A remote without a cluster, at one end of a wire: `node wire-end-program.ts OPTIONS`, the options as JSON. It takes commands on its
// input, a line of JSON each, and prints what it notices.
import { createInterface } from "node:readline";
import { create, isMessage } from "@bufbuild/protobuf";
import { StringValueSchema } from "@bufbuild/protobuf/wkt";
import { ActorSystem, PID, propsFromFunction } from "@ts-grain/actor";
import { quietLogger } from "@ts-grain/actor/testing";
import { configureRemote, Remote } from "@ts-grain/remote";
import { nowMs } from "../history/now.ts";

/** How it is started. */
export interface WireEndOptions {
  readonly host: string;
  readonly port: number;
  /** `host:port` of the other end. */
  readonly peer: string;
}

/** What it is told. */
export type WireEndCommand =
  /** Send messages that nobody answers from now on: so many every 5 ms, each of so many bytes. */
  | { readonly do: "stream"; readonly messages: number; readonly bytes: number }
  /** Ask the other end something that is to be answered within so many milliseconds. */
  | { readonly do: "ask"; readonly timeoutMs: number };

/** What it prints. Times are milliseconds of the machine's monotonic clock. */
export type WireEndNews =
  | { readonly news: "listening" }
  /** Whether it has a connection to the other end, and the other end one to it. */
  | { readonly news: "connections"; readonly own: boolean; readonly other: boolean; readonly atMs: number }
  /** Its event loop has stood still for so long until now, which it cannot notice anything in. */
  | { readonly news: "stalled"; readonly forMs: number; readonly atMs: number }
  /** How what was asked ended: "answered" or the code of an error. */
  | { readonly news: "asked"; readonly outcome: string; readonly tookMs: number };

const everyMs = 5;
/** Milliseconds that a look may be late without being worth a line. */
const tolerableMs = 20;
const { host, port, peer } = JSON.parse(process.argv[2]!) as WireEndOptions;
const system = new ActorSystem({ logger: quietLogger });
const remote = await Remote.start(
  system,
  configureRemote(host, port, { insecure: true, exposed: ["echo", "sink"], types: [StringValueSchema] }),
);
system.root.spawnNamed(
  propsFromFunction((context) => {
    if (isMessage(context.message, StringValueSchema)) context.respond(context.message);
  }),
  "echo",
);
system.root.spawnNamed(
  propsFromFunction(() => {}),
  "sink",
);

function tell(news: WireEndNews): void {
  process.stdout.write(`${JSON.stringify(news)}\n`);
}

function text(bytes: number) {
  return create(StringValueSchema, { value: "x".repeat(bytes) });
}

async function ask(timeoutMs: number): Promise<void> {
  const askedMs = nowMs();
  const outcome = await system.root.requestAsync(new PID(peer, "echo"), text(1), { timeoutMs }).then(
    () => "answered",
    (error: { readonly code: string }) => error.code,
  );
  tell({ news: "asked", outcome, tookMs: nowMs() - askedMs });
}

function stream(messages: number, bytes: number): void {
  const message = text(bytes);
  const sink = new PID(peer, "sink");
  setInterval(() => {
    for (let sent = 0; sent < messages; sent++) system.root.send(sink, message);
  }, everyMs);
}

function watchConnections(): void {
  let before = { own: false, other: false };
  let lookedMs = nowMs();
  setInterval(() => {
    const atMs = nowMs();
    const forMs = atMs - lookedMs - everyMs;
    if (forMs > tolerableMs) tell({ news: "stalled", forMs, atMs });
    lookedMs = atMs;
    const now = { own: remote.dialectAt(peer) !== undefined, other: remote.stats.sessions > 0 };
    if (now.own !== before.own || now.other !== before.other) tell({ news: "connections", ...now, atMs });
    before = now;
  }, everyMs);
}

createInterface(process.stdin).on("line", (line) => {
  const command = JSON.parse(line) as WireEndCommand;
  if (command.do === "ask") void ask(command.timeoutMs);
  else stream(command.messages, command.bytes);
});
process.stdin.on("end", () => process.exit());
watchConnections();
tell({ news: "listening" });
