import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A wall clock that processes are shown instead of the machine's, whose monotonic clock they keep. */
export class WallClock implements Disposable {
  readonly #folder: string = mkdtempSync(join(tmpdir(), "ts-grain-wall-clock-"));
  /** What runs a command under it. */
  readonly prefix: readonly string[];

  /** @param library the path of libfaketime */
  constructor(library: string) {
    this.prefix = [
      "env",
      `LD_PRELOAD=${library}`,
      `FAKETIME_TIMESTAMP_FILE=${this.#file}`,
      "FAKETIME_NO_CACHE=1",
      "DONT_FAKE_MONOTONIC=1",
    ];
    this.set(0);
  }

  /** So many seconds ahead of the machine's from now on. */
  set(aheadSeconds: number): void {
    writeFileSync(this.#file, `${aheadSeconds < 0 ? "" : "+"}${aheadSeconds}\n`);
  }

  /** How many seconds a process under it finds itself ahead. */
  readAheadSeconds(): number {
    const read = ([command, ...args]: readonly string[]): number =>
      Number(execFileSync(command!, args, { encoding: "utf8" }));
    const date = ["date", "+%s"];
    return read([...this.prefix, ...date]) - read(date);
  }

  [Symbol.dispose](): void {
    rmSync(this.#folder, { recursive: true });
  }

  get #file(): string {
    return join(this.#folder, "ahead");
  }
}
