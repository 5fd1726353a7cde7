import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import { fileURLToPath } from "node:url";
import type { WireEndCommand, WireEndNews, WireEndOptions } from "../process/wire-end-program.ts";
import type { Host } from "./host.ts";

const program = fileURLToPath(new URL("../process/wire-end-program.ts", import.meta.url));
const port = 8090;

type News<Kind extends WireEndNews["news"]> = Extract<WireEndNews, { readonly news: Kind }>;

/** A remote without a cluster in a process of its own, on a host whose cable can be pulled. */
export class WireEnd implements AsyncDisposable {
  /** All that it has told, oldest first. */
  readonly news: WireEndNews[] = [];
  readonly #process: ChildProcess;
  #heard = Promise.withResolvers<void>();

  private constructor(host: Host, peer: Host) {
    const options: WireEndOptions = { host: host.address, port, peer: `${peer.address}:${port}` };
    const [command, ...args] = [
      ...host.prefix,
      process.execPath,
      "--conditions=@ts-grain/source",
      program,
      JSON.stringify(options),
    ];
    this.#process = spawn(command!, args, { stdio: ["pipe", "pipe", "inherit"] });
    (this.#process.stdin as Writable).on("error", () => {});
    createInterface(this.#process.stdout as Readable).on("line", (line) => {
      this.news.push(JSON.parse(line) as WireEndNews);
      this.#heard.resolve();
      this.#heard = Promise.withResolvers();
    });
  }

  /** Resolves when it listens. */
  static async start(host: Host, peer: Host): Promise<WireEnd> {
    const end = new WireEnd(host, peer);
    await end.untilTold("listening", () => true);
    return end;
  }

  /** Tells it to do something. */
  tell(command: WireEndCommand): void {
    (this.#process.stdin as Writable).write(`${JSON.stringify(command)}\n`);
  }

  /** Resolves with how a request to the other end ended. */
  async ask(timeoutMs: number): Promise<News<"asked">> {
    const count = this.news.length;
    this.tell({ do: "ask", timeoutMs });
    return this.untilTold("asked", (_news, index) => index >= count);
  }

  /** Resolves with the first news of a kind that is as wanted, be it old or still to come. */
  async untilTold<Kind extends WireEndNews["news"]>(
    kind: Kind,
    isWanted: (news: News<Kind>, index: number) => boolean,
  ): Promise<News<Kind>> {
    for (;;) {
      for (const [index, news] of this.news.entries())
        if (news.news === kind && isWanted(news as News<Kind>, index)) return news as News<Kind>;
      await this.#heard.promise;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#process.exitCode !== null) return;
    const exit = once(this.#process, "exit");
    this.#process.kill("SIGKILL");
    await exit;
  }
}
