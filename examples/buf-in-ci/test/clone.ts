import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { parse } from "yaml";

const example = dirname(import.meta.dirname);
const installed = join(example, "../../node_modules");

/** A step of a workflow, as far as the test looks at it. */
export interface Step {
  readonly name?: string;
  readonly uses?: string;
  readonly run?: string;
}

/** The steps of the workflow's one job. */
export function readSteps(): readonly Step[] {
  const workflow = readFileSync(join(example, ".github/workflows/contract.yml"), "utf8");
  const { jobs } = parse(workflow) as { readonly jobs: Record<string, { readonly steps: readonly Step[] }> };
  return Object.values(jobs).flatMap(({ steps }) => steps);
}

/** A clone of a repository that holds the example and nothing else, with the packages installed as `npm ci` would. */
export class Clone implements Disposable {
  readonly #folder: string = mkdtempSync(join(tmpdir(), "ts-grain-buf-in-ci-"));
  readonly #clone: string = join(this.#folder, "clone");

  constructor() {
    const origin = join(this.#folder, "origin");
    mkdirSync(origin);
    const files = git(example, "ls-files", "-z", "--cached", "--others", "--exclude-standard");
    for (const file of files.split("\0").filter((path) => path !== "" && !path.startsWith("test/")))
      cpSync(join(example, file), join(origin, file), { recursive: true });
    git(origin, "init", "--quiet", "--initial-branch=main");
    git(origin, "add", ".");
    git(
      origin,
      "-c",
      "user.name=test",
      "-c",
      "user.email=test@localhost",
      "commit",
      "--quiet",
      "-m",
      "begin",
    );
    git(this.#folder, "clone", "--quiet", origin, this.#clone);
    symlinkSync(installed, join(this.#clone, "node_modules"));
  }

  /** Replaces text that a file has once. */
  edit(file: string, text: string, by: string): void {
    const path = join(this.#clone, file);
    const before = readFileSync(path, "utf8");
    if (before.split(text).length !== 2) throw new Error(`${file} does not have ${text} once`);
    writeFileSync(path, before.replace(text, by));
  }

  /** Runs commands as GitHub does when a step names no shell. */
  run(commands: string): { readonly status: number | null; readonly told: string } {
    const { status, stdout, stderr } = spawnSync("bash", ["-e", "-c", commands], {
      cwd: this.#clone,
      encoding: "utf8",
      env: { ...process.env, CI: "true", PATH: `${dirname(process.execPath)}:${process.env["PATH"]}` },
    });
    return { status, told: stdout + stderr };
  }

  /** Commits what was edited. */
  commit(): void {
    commit(this.#clone, "change");
  }

  /** Takes back everything since the clone was made. */
  reset(): void {
    git(this.#clone, "reset", "--quiet", "--hard", "origin/main");
    git(this.#clone, "clean", "--quiet", "--force", "-d");
  }

  [Symbol.dispose](): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

function commit(cwd: string, message: string): void {
  git(
    cwd,
    "-c",
    "user.name=test",
    "-c",
    "user.email=test@localhost",
    "commit",
    "--quiet",
    "--all",
    "-m",
    message,
  );
}

function git(cwd: string, ...args: readonly string[]): string {
  return execFileSync("git", args, { cwd, encoding: "utf8" });
}
