import { execFileSync } from "node:child_process";

/** A machine of a network: a namespace with an address of its own. */
export interface Host {
  readonly namespace: string;
  readonly address: string;
  /** What runs a command there. */
  readonly prefix: readonly string[];
}

/** So many hosts by name, which are not made yet. */
export function nameHosts(network: string, count: number): readonly Host[] {
  return Array.from({ length: count }, (_host, index) => ({
    namespace: `${network}-h${index}`,
    address: `10.99.0.${10 + index}`,
    prefix: ["ip", "netns", "exec", `${network}-h${index}`],
  }));
}

/** Runs iproute2. @throws Error with what it printed. */
export function ip(...args: readonly string[]): void {
  execFileSync("ip", args, { stdio: "pipe" });
}

/** Removes namespaces, those included that were not made. */
export function removeNamespaces(namespaces: readonly string[]): void {
  for (const namespace of namespaces) {
    try {
      ip("netns", "del", namespace);
    } catch {
      // It was not made.
    }
  }
}
