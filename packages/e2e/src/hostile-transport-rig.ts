import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { type ActorContext, PID, propsFromFunction } from "@ts-grain/actor";
import { GrpcTransport } from "@ts-grain/remote";
import { RawPeer } from "@ts-grain/remote/testing";
import type { Attack } from "./hostile-transport-floods.ts";
import { mostLive } from "./hostile-transport-judge.ts";
import { holderId } from "./hostile-transport-peers.ts";
import type { VictimReport, VictimRequest } from "./hostile-transport-victim.ts";
import { type Honest, type Testimony, witness } from "./hostile-transport-witness.ts";
import { TextMember, type TextMemberOptions, text } from "./text-member.ts";

const program = fileURLToPath(new URL("hostile-transport-victim.ts", import.meta.url));

/**
 * Each half of V8's young generation. Under any load that makes much garbage V8 lets it grow to a hundred megabytes in all, and keeps them:
 * that would hide what the victim takes itself.
 */
const semiSpaceMebibytes = 8;

/** The cluster that both belong to. */
const clusterName = "honest";

/** What a case did to the victim and to honest ones that talked to it all the while. */
export interface Outcome extends VictimReport, Testimony {
  /** Whether the victim still ran at the end. */
  readonly isAlive: boolean;
  /** What the victim wrote to its log meanwhile. */
  readonly log: string;
  /** Connections that the attack saw ended for what it sent, if it counts them. */
  readonly ended: number;
}

/** A victim in a process of its own, and an honest member in this one. */
export class HostileRig implements AsyncDisposable {
  readonly address: string;
  readonly #process: ChildProcess;
  readonly #honest: TextMember;
  /** Of those who come new. */
  readonly #transport: GrpcTransport;
  /** Whom the honest member has not answered yet. */
  readonly #held: PID[] = [];
  #victimId = "";
  #log = "";

  private constructor(process: ChildProcess, { address, member: honest, transport }: Honest) {
    this.#process = process;
    this.#transport = transport;
    this.address = address;
    this.#honest = honest;
    const hold = ({ sender }: ActorContext): void => {
      if (sender !== undefined) this.#held.push(sender);
    };
    honest.system.root.spawnNamed(propsFromFunction(hold), holderId);
    honest.remote.expose(holderId);
    for (const stream of [process.stdout, process.stderr]) {
      stream?.on("data", (bytes: Buffer) => {
        this.#log += bytes.toString("utf8");
      });
    }
  }

  static async start(options: TextMemberOptions = {}): Promise<HostileRig> {
    const process = fork(program, [JSON.stringify({ ...options, clusterName })], {
      execArgv: [
        "--conditions=@ts-grain/source",
        "--expose-gc",
        `--max-semi-space-size=${semiSpaceMebibytes}`,
      ],
      stdio: ["ignore", "pipe", "pipe", "ipc"],
    });
    const [{ address, id }] = (await once(process, "message")) as [
      { readonly address: string; readonly id: string },
    ];
    const transport = new GrpcTransport({ tls: options.tls });
    const member = await TextMember.start({ ...options, clusterName });
    const rig = new HostileRig(process, { address, member, transport });
    rig.#victimId = id;
    await rig.#warmUp();
    return rig;
  }

  get port(): number {
    return Number(this.address.split(":")[1]);
  }

  /** The ids of the two systems. */
  get ids(): { readonly victim: string; readonly honest: string } {
    return { victim: this.#victimId, honest: this.#honest.system.id };
  }

  /** Runs an attack, while the honest member goes on, and waits at most 10 s for the victim to come to rest. */
  async suffer(attack: Attack["run"]): Promise<Outcome> {
    await this.#ask("begin");
    this.#log = "";
    const attacking = attack(this);
    const { address } = this;
    const testimony = await witness(attacking, { member: this.#honest, transport: this.#transport, address });
    const { ended = 0 } = (await attacking) ?? {};
    const patience = performance.now() + 10_000;
    let report = (await this.#ask("rest")) as VictimReport;
    while (!isAtRest(report) && performance.now() < patience) {
      await pause(200);
      report = (await this.#ask("rest")) as VictimReport;
    }
    return { ...report, ...testimony, ended, log: this.#log, isAlive: this.#process.exitCode === null };
  }

  /** Lets the victim ask the honest member so many things; returns what their answers go to, once all have been asked. */
  async hold(count: number): Promise<readonly PID[]> {
    this.#process.send({ ask: "request", count, address: this.#honest.remote.address });
    const patience = performance.now() + 10_000;
    while (this.#held.length < count && performance.now() < patience) await pause(5);
    return this.#held;
  }

  /** Lets the honest member answer, and returns what the victim has heard. */
  async release(): Promise<readonly string[]> {
    for (const [index, replyTo] of this.#held.splice(0).entries())
      this.#honest.system.root.send(replyTo, text(`genuine ${index}`));
    return (await this.#ask("answers")) as readonly string[];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#honest[Symbol.asyncDispose]();
    const exit = once(this.#process, "exit");
    this.#process.disconnect();
    await exit;
  }

  /** So that what a process takes for its first work is not taken for the attack's doing. */
  async #warmUp(): Promise<void> {
    const target = new PID(this.address, "echo");
    for (let round = 0; round < 20; round++) {
      const requests = Array.from({ length: 1_000 }, () =>
        this.#honest.request(target, text("x".repeat(1_000))),
      );
      await Promise.all(requests);
      for (let n = 0; n < 10; n++) (await RawPeer.connect(this.#transport, this.address)).greet().close();
    }
    for (let n = 0; n < 30; n++) await this.#honest.request(target, text("x".repeat(1024 * 1024)));
    await pause(200);
  }

  async #ask(ask: VictimRequest["ask"]): Promise<unknown> {
    this.#process.send({ ask });
    const signal = AbortSignal.timeout(10_000);
    const [answer] = (await once(this.#process, "message", { signal })) as [unknown];
    return answer;
  }
}

function isAtRest({ liveBeforeBytes, liveNowBytes, sessions, endpoints }: VictimReport): boolean {
  return liveNowBytes - liveBeforeBytes <= mostLive * 1024 * 1024 && sessions === 1 && endpoints === 1;
}
