import type { DescFile } from "@bufbuild/protobuf";
import type { ContractReader } from "../contract/contract-reader.ts";
import { PluginError } from "../plugin-error.ts";
import { lockService } from "./contract-lock.ts";
import { checkLock } from "./lock-changes.ts";
import { updateLock } from "./lock-file.ts";

/** What is compared with a lock. */
export interface LockedFiles {
  /** The files that are generated. */
  readonly files: readonly DescFile[];
  readonly contracts: ContractReader;
}

/**
 * Compares the services of files with the contract lock at a path, and enters them. What the lock holds of other files
 * stays.
 *
 * @throws PluginError "contract_changed" or "invalid_lock"; then the lock is as it was.
 */
export function keepLock(path: string, { files, contracts }: LockedFiles): void {
  const services = files.flatMap((file) => file.services).map((service) => contracts.read(service));
  updateLock(path, (lock) => {
    const paths = new Set(files.map(({ proto }) => proto.name));
    const diagnostics = checkLock({ lock, contracts: services, files: paths, name: path });
    if (diagnostics.length > 0) throw new PluginError(diagnostics);
    const entries = services.map(
      (contract) => [contract.kind, lockService(contract, lock.get(contract.kind))] as const,
    );
    return new Map([...lock, ...entries]);
  });
}
