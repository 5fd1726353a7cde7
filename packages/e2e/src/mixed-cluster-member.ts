import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { basename } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { JsonObject } from "@bufbuild/protobuf";
import { goClusterMember } from "./mixed-cluster-build.ts";
import {
  type MixedCall,
  type MixedCommand,
  type MixedListing,
  type MixedOutcome,
  type MixedSighting,
  type MixedTally,
  wallClockMs,
} from "./mixed-cluster-protocol.ts";
import type { MixedDirectory } from "./mixed-cluster-provider.ts";

const program = fileURLToPath(new URL("mixed-cluster-program.ts", import.meta.url));
const node = [process.execPath, "--conditions=@ts-grain/source", program];

/** How to start a member. */
export interface MixedMemberOptions extends MixedDirectory {
  readonly cluster: string;
  readonly language: "go" | "ts";
  /** Where an automanaged member says who it is. */
  readonly managePort?: number | undefined;
  /** Seconds after which a Go member bans who has gossiped and is silent. Default 20. */
  readonly patience?: number | undefined;
}

/** A member of a mixed cluster, of either language, in a process of its own. */
export class MixedMember implements AsyncDisposable {
  readonly language: "go" | "ts";
  readonly #process: ChildProcessWithoutNullStreams;
  readonly #answers = new Map<number, (result: unknown) => void>();
  readonly #exit: Promise<unknown>;
  #ready: { readonly ready: string; readonly member: string } | undefined;
  #log = "";
  #lastCommand = 0;
  #endedAtMs: number | undefined;

  private constructor(language: "go" | "ts", child: ChildProcessWithoutNullStreams) {
    this.language = language;
    this.#process = child;
    this.#exit = once(child, "exit").then(() => {
      this.#endedAtMs = wallClockMs();
    });
    child.stderr.on("data", (text) => {
      this.#log = `${this.#log}${String(text)}`.slice(-20_000);
    });
  }

  /** Resolves when the member has joined. @throws Error with what it logged, when it ends instead. */
  static async start({
    language,
    cluster,
    provider,
    at,
    managePort = 0,
    patience = 20,
  }: MixedMemberOptions): Promise<MixedMember> {
    const common = { cluster, provider, at, "manage-port": managePort };
    const args = Object.entries(language === "go" ? { ...common, patience: `${patience}s` } : common);
    const dashes = language === "go" ? "-" : "--";
    const [command, ...first] = language === "go" ? [goClusterMember] : node;
    const child = spawn(command!, [...first, ...args.map(([name, value]) => `${dashes}${name}=${value}`)]);
    const member = new MixedMember(language, child);
    await member.#readUntilReady();
    return member;
  }

  get address(): string {
    return this.#ready!.ready;
  }

  get id(): string {
    return this.#ready!.member;
  }

  get pid(): number {
    return this.#process.pid!;
  }

  /** The program and its arguments, without their folders. */
  get command(): string {
    const own = this.#process.spawnargs.filter((argument) => !argument.startsWith("--conditions="));
    return own.map((argument) => basename(argument)).join(" ");
  }

  get isAlive(): boolean {
    return this.#process.exitCode === null && this.#process.signalCode === null;
  }

  /** When the process ended, as `wallClockMs`; undefined while it runs. */
  get endedAtMs(): number | undefined {
    return this.#endedAtMs;
  }

  /** The end of what it logged. */
  get log(): string {
    return this.#log;
  }

  /** The owner of each identity, as this member has it. */
  owners(identities: readonly string[]): Promise<string[]> {
    return this.#tell({ do: "owners", identities }) as Promise<string[]>;
  }

  topology(): Promise<MixedListing[]> {
    return this.#tell({ do: "topology" }) as Promise<MixedListing[]>;
  }

  /** Ids of those who may not come back; only Go members say. */
  blocked(): Promise<string[]> {
    return this.#tell({ do: "blocked" }) as Promise<string[]>;
  }

  /** Go members list all actors, TypeScript members their grains. */
  processes(): Promise<string[]> {
    return this.#tell({ do: "processes" }) as Promise<string[]>;
  }

  sightings(): Promise<MixedSighting[]> {
    return this.#tell({ do: "sightings" }) as Promise<MixedSighting[]>;
  }

  call(call: MixedCall): Promise<MixedOutcome> {
    return this.#tell({ do: "call", ...call }) as Promise<MixedOutcome>;
  }

  /** The response of a call that must not fail. */
  async respond(call: MixedCall): Promise<JsonObject> {
    const { response, failure } = await this.call(call);
    if (failure)
      throw new Error(`${this.language} ${this.address}: ${call.method} failed: ${failure.message}`);
    return response!;
  }

  async startLoad(identities: readonly string[], everyMs: number): Promise<void> {
    await this.#tell({ do: "start load", identities, everyMs });
  }

  stopLoad(): Promise<MixedTally> {
    return this.#tell({ do: "stop load" }) as Promise<MixedTally>;
  }

  /** Lets it leave in order, and resolves when the process has ended. */
  async shutdown(): Promise<void> {
    await this.#tell({ do: "shutdown" });
    await this.#exit;
  }

  /** Ends it without a word. */
  async kill(): Promise<void> {
    this.#process.kill("SIGKILL");
    await this.#exit;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.isAlive) await this.kill();
  }

  #tell(command: MixedCommand): Promise<unknown> {
    this.#lastCommand++;
    const id = this.#lastCommand;
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    this.#answers.set(id, resolve);
    void this.#exit.then(() => reject(this.#ended(`before it had done: ${command.do}`)));
    this.#process.stdin.write(`${JSON.stringify({ id, ...command })}\n`);
    return promise;
  }

  async #readUntilReady(): Promise<void> {
    const ready = Promise.withResolvers<void>();
    void this.#exit.then(() => ready.reject(this.#ended("before it had joined")));
    createInterface(this.#process.stdout).on("line", (line) => {
      // A web server inside Proto.Actor Go prints a banner.
      if (!line.startsWith("{")) return;
      const said = JSON.parse(line);
      if ("ready" in said) {
        this.#ready = said;
        ready.resolve();
      } else {
        this.#answers.get(said.id)?.(said.result);
        this.#answers.delete(said.id);
      }
    });
    await ready.promise;
  }

  #ended(when: string): Error {
    const { exitCode, signalCode } = this.#process;
    return new Error(`the ${this.language} member ended (${exitCode ?? signalCode}) ${when}\n${this.#log}`);
  }
}
