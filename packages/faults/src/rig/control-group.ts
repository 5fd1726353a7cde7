import { existsSync, mkdirSync, rmdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const root = "/sys/fs/cgroup";

/** A limit of the kernel for processes: version 1 control groups, which need root. */
export class ControlGroup implements Disposable {
  readonly #folder: string;

  /** @param settings files of the group and what is written to them */
  constructor(controller: "cpu" | "memory", settings: Readonly<Record<string, number>>) {
    this.#folder = join(root, controller, `ts-grain-${process.pid}`);
    mkdirSync(this.#folder, { recursive: true });
    for (const [file, value] of Object.entries(settings)) writeFileSync(join(this.#folder, file), `${value}`);
  }

  static isPossible(): boolean {
    return process.getuid?.() === 0 && existsSync(join(root, "cpu", "cpu.cfs_quota_us"));
  }

  add(pid: number): void {
    writeFileSync(join(this.#folder, "cgroup.procs"), `${pid}`);
  }

  /** Once its processes have ended. */
  [Symbol.dispose](): void {
    rmdirSync(this.#folder);
  }
}
