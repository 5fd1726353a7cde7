import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePorts } from "@ts-grain/cluster/testing";
import { ConsulServer } from "@ts-grain/cluster-consul/testing";
import { accountFor, summarizeAccount } from "../checks/accounting.ts";
import { brokenPromises } from "../checks/promises.ts";
import type { Fault, TestEvent } from "../history/events.ts";
import { History, testJournal } from "../history/history.ts";
import { Journal } from "../history/journal.ts";
import { nowMs } from "../history/now.ts";
import { pause } from "../history/pause.ts";
import type { ProcessOptions } from "../process/commands.ts";
import { ConsulHost } from "./consul-host.ts";
import type { Host } from "./host.ts";
import { type StartOptions, TestProcess } from "./test-process.ts";

/** Where the members register. */
export interface MemberStore {
  /** Its HTTP address, as a URL. */
  readonly address: string;
  /** Ends it without a word. */
  kill(): Promise<void>;
}

/** What a rig may be given. */
export interface RigOptions {
  /** The path of Consul. */
  readonly consul?: string | undefined;
  /** For every process, unless it says otherwise. */
  readonly defaults?: Partial<ProcessOptions> | undefined;
  readonly ttlMs?: number | undefined;
  /** A server that runs already; the rig ends it. */
  readonly server?: MemberStore | undefined;
}

/** What one process may be given. */
export interface NodeOptions extends Partial<ProcessOptions>, Pick<StartOptions, "prefix" | "nodeOptions"> {}

/** A server, processes of a cluster, and the journals of all that happens. */
export class Rig implements AsyncDisposable {
  readonly folder: string = mkdtempSync(join(tmpdir(), "ts-grain-faults-"));
  readonly store: MemberStore;
  readonly processes: TestProcess[] = [];
  readonly #journal: Journal<TestEvent>;
  readonly #options: RigOptions;
  #isFine = false;

  private constructor(store: MemberStore, options: RigOptions) {
    this.store = store;
    this.#options = options;
    this.#journal = new Journal(join(this.folder, testJournal));
  }

  static async start(options: RigOptions): Promise<Rig> {
    return new Rig(options.server ?? (await ConsulServer.start(options.consul)), options);
  }

  /** Starts a Consul on a host, on which all processes that are started there will rely. */
  static async startOn(host: Host, options: RigOptions): Promise<Rig> {
    return new Rig(await ConsulHost.start(options.consul!, host), options);
  }

  /** Starts members at once, named m1, m2 and so on, and resolves when each sees all. */
  async startMembers(count: number, options?: NodeOptions): Promise<readonly TestProcess[]> {
    const members = await Promise.all(
      Array.from({ length: count }, (_member, index) => this.start("member", `m${index + 1}`, options)),
    );
    await this.untilAllSee(count);
    return members;
  }

  /** Starts a member or a client, and resolves when it has joined. */
  async start(role: ProcessOptions["role"], name: string, options?: NodeOptions): Promise<TestProcess> {
    const process = await this.launch(role, name, options);
    await process.joined();
    return process;
  }

  /** Starts one on a host of a network, at the address of the host. */
  startOn(host: Host, role: ProcessOptions["role"], name: string): Promise<TestProcess> {
    return this.start(role, name, { prefix: host.prefix, host: host.address, port: 4_000, insecure: true });
  }

  /** Starts one without awaiting that it joins. */
  async launch(
    role: ProcessOptions["role"],
    name: string,
    { prefix, nodeOptions, ...options }: NodeOptions = {},
  ): Promise<TestProcess> {
    const { ttlMs, defaults } = this.#options;
    const process = TestProcess.launch({
      journal: this.#journal,
      log: join(this.folder, `${name}.log`),
      prefix,
      nodeOptions,
      options: {
        process: name,
        role,
        journal: join(this.folder, `${name}.jsonl`),
        clusterName: "faults",
        consul: { address: this.store.address, ...(ttlMs && { ttlMs, refreshMs: ttlMs / 5 }) },
        host: "127.0.0.1",
        // A replacement can rely on it: it stays free when the process ends.
        port: options.port ?? (await freePorts(1))[0]!,
        ...defaults,
        ...options,
      },
    });
    this.processes.push(process);
    return process;
  }

  /** Those that run. */
  get running(): readonly TestProcess[] {
    return this.processes.filter(({ exit }) => exit === undefined);
  }

  /**
   * Writes down that the test did something, whether messages may be lost by it, and by whom: those of a process, those between two, or, if
   * nothing is said, all.
   */
  fault(what: string, loses?: Fault["loses"], to: Pick<Fault, "process" | "link"> = {}): void {
    this.#journal.write({ event: "fault", what, loses, ...to });
  }

  /** What has happened until now. */
  readHistory(): History {
    return History.read(this.folder);
  }

  /** Resolves when every running process sees so many members. */
  async untilAllSee(count: number): Promise<void> {
    await this.until(async () => {
      const reports = await Promise.all(this.running.map((process) => process.report()));
      return reports.every(({ members }) => members.length === count);
    });
  }

  /** Asks every 50 ms; resolves when it is so. @throws Error after 60 s. */
  async until(condition: () => Promise<boolean>, timeoutMs = 60_000): Promise<void> {
    const giveUpAt = nowMs() + timeoutMs;
    while (!(await condition())) {
      if (nowMs() > giveUpAt) throw new Error(`it was not so within ${timeoutMs} ms`);
      await pause(50);
    }
  }

  /**
   * Ends all processes in order and resolves with what happened, once every promise was checked.
   *
   * @throws Error naming the broken promises, and processes that ended by themselves or badly.
   */
  async finish(): Promise<History> {
    const surprises = this.processes.filter(({ exit, isEnded }) => exit && !isEnded);
    const problems = surprises.map(({ name, exit }) => `${name} ended by itself: ${JSON.stringify(exit)}`);
    for (const process of this.running.toReversed()) {
      const { code, tookMs } = await process.terminate();
      if (code !== 0 || tookMs > 10_000)
        problems.push(`${process.name} ended with ${code} after ${tookMs} ms`);
    }
    const history = this.readHistory();
    problems.push(...brokenPromises(history));
    if (history.calls.length > 0) console.log(`accounting: ${summarizeAccount(accountFor(history))}`);
    if (problems.length > 0)
      throw new Error(
        `${problems.length} problems, see ${this.folder}:\n${problems.slice(0, 20).join("\n")}`,
      );
    this.#isFine = true;
    return history;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const process of this.running) await process.kill();
    await this.store.kill();
    if (this.#isFine) rmSync(this.folder, { recursive: true });
    else console.error(`the journals of this test are in ${this.folder}`);
  }
}
