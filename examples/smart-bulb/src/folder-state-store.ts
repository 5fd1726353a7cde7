import { link, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { PersistenceError, type StateStore, type StateWrite, type StoredState } from "@ts-grain/persistence";

/**
 * Keeps each version of a state as a file of its own. Only one process can make the file of a version, so of several
 * writes over one version one succeeds. Good for a tutorial: former versions stay until all is cleared, and what was
 * written survives the process, not the machine's power.
 */
export class FolderStateStore implements StateStore {
  readonly #folder: string;
  #writes = 0;

  constructor(folder: string) {
    this.#folder = folder;
  }

  async read(key: string): Promise<StoredState | undefined> {
    const version = Math.max(0, ...(await this.#versions(key)));
    return version === 0
      ? undefined
      : { bytes: new Uint8Array(await readFile(this.#path(key, version))), version };
  }

  async write(key: string, { bytes, expectedVersion }: StateWrite): Promise<number> {
    await this.#expect(key, expectedVersion);
    const version = expectedVersion + 1;
    const draft = join(this.#folder, `draft-${process.pid}-${this.#writes++}`);
    await writeFile(draft, bytes);
    try {
      await link(draft, this.#path(key, version));
    } catch (cause) {
      throw new PersistenceError("version_conflict", `${key} has version ${version} already`, { cause });
    } finally {
      await rm(draft);
    }
    return version;
  }

  async remove(key: string, expectedVersion: number): Promise<void> {
    await this.#expect(key, expectedVersion);
    for (const version of await this.#versions(key)) await rm(this.#path(key, version), { force: true });
  }

  /** Forgets everything. */
  async clear(): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #expect(key: string, expected: number): Promise<void> {
    const present = (await this.read(key))?.version ?? 0;
    if (present === expected) return;
    throw new PersistenceError("version_conflict", `${key} has version ${present}, expected ${expected}`);
  }

  async #versions(key: string): Promise<readonly number[]> {
    await mkdir(this.#folder, { recursive: true });
    const prefix = this.#name(key, "");
    const names = (await readdir(this.#folder)).filter((name) => name.startsWith(prefix));
    return names.map((name) => Number(name.slice(prefix.length)));
  }

  #path(key: string, version: number): string {
    return join(this.#folder, this.#name(key, version));
  }

  #name(key: string, version: number | ""): string {
    return `${Buffer.from(key).toString("base64url")}.${version}`;
  }
}
