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

  /** Whether this process may make one; with a loud line, if not. Where they are and it is root, a refusal is an error in CI. */
  static isPossible(mounted = root): boolean {
    const why = missing(mounted);
    if (why === undefined) return true;
    console.warn(`\n!!! NOT TESTED: members that lack memory or processor time, because ${why} !!!\n`);
    return false;
  }

  add(pid: number): void {
    writeFileSync(join(this.#folder, "cgroup.procs"), `${pid}`);
  }

  /** Once its processes have ended. */
  [Symbol.dispose](): void {
    rmdirSync(this.#folder);
  }
}

/** What is in the way of making groups; undefined if nothing is. */
function missing(mounted: string): string | undefined {
  if (process.getuid?.() !== 0) return "control groups need root";
  if (!existsSync(join(mounted, "cpu", "cpu.cfs_quota_us")))
    return "there are no control groups of version 1";
  try {
    for (const controller of ["cpu", "memory"]) {
      const probe = join(mounted, controller, `ts-grain-probe-${process.pid}`);
      mkdirSync(probe);
      rmdirSync(probe);
    }
    return undefined;
  } catch (error) {
    if (process.env["CI"] === "true") throw error;
    return "control groups are refused here";
  }
}
