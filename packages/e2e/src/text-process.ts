import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { PID } from "@ts-grain/actor";
import type { TextMemberOptions } from "./text-member.ts";
import type { LastWords, TextMemberRequest } from "./text-member-program.ts";

const program = fileURLToPath(new URL("text-member-program.ts", import.meta.url));

/** A {@link TextMember} in a process of its own. */
export class TextProcess implements AsyncDisposable {
  address = "";
  readonly #process: ChildProcess;

  private constructor(process: ChildProcess) {
    this.#process = process;
  }

  /** A process that is up and waits for {@link start}. */
  static async fork(): Promise<TextProcess> {
    const process = fork(program, { execArgv: ["--conditions=@ts-grain/source"] });
    await once(process, "message");
    return new TextProcess(process);
  }

  /** Lets it listen. */
  async start(options: TextMemberOptions): Promise<void> {
    const { address } = (await this.#ask({ ask: "start", options })) as { readonly address: string };
    this.address = address;
  }

  pid(id: string): PID {
    return new PID(this.address, id);
  }

  /** Lets an actor of it watch another. */
  async watch({ address, id }: PID): Promise<void> {
    await this.#ask({ ask: "watch", address, id });
  }

  /** What reached its collector. */
  async collected(): Promise<readonly string[]> {
    return ((await this.#ask({ ask: "collected" })) as { readonly collected: readonly string[] }).collected;
  }

  /** Lets it say something to the collector of a member, shut its remote down and end at once. */
  async sayAndEnd(address: string, last: LastWords): Promise<void> {
    const exit = once(this.#process, "exit");
    this.#process.send({ ask: "say and end", address, ...last } satisfies TextMemberRequest);
    await exit;
  }

  /** Ends it without a word, as `kill -9` does. */
  async kill(): Promise<void> {
    const exit = once(this.#process, "exit");
    this.#process.kill("SIGKILL");
    await exit;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#process.exitCode === null && this.#process.signalCode === null) await this.kill();
  }

  async #ask(request: TextMemberRequest): Promise<unknown> {
    this.#process.send(request);
    const [answer] = (await once(this.#process, "message")) as [unknown];
    return answer;
  }
}
