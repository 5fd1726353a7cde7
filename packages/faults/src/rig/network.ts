import { type Host, ip, nameHosts, removeNamespaces } from "./host.ts";

/** No machine has this address, so that what is sent to it goes nowhere without a word. */
const nowhere = "02:00:00:00:00:fe";

/** A network of this test alone, in namespaces of the kernel, whose links can be cut. Needs root and iproute2. */
export class Network implements Disposable {
  readonly hosts: readonly Host[];
  readonly #switch: string;

  /** @param name at most eight letters and digits, unique on the machine */
  constructor(name: string, count: number) {
    this.#switch = `${name}-sw`;
    this.hosts = nameHosts(name, count);
    try {
      this.#build();
    } catch (error) {
      this[Symbol.dispose]();
      throw error;
    }
  }

  /** Whether this process may make one; with a loud line, if not. In CI iproute2 must be there, though it may be refused. */
  static isPossible(): boolean {
    try {
      ip("-V");
      const probe = `tsgrain-${process.pid}`;
      ip("netns", "add", probe);
      ip("netns", "del", probe);
      return true;
    } catch (error) {
      const isMissing = (error as NodeJS.ErrnoException).code === "ENOENT";
      if (isMissing && process.env["CI"] === "true") throw error;
      const why = isMissing ? "there is no iproute2" : "network namespaces are refused here; they need root";
      console.warn(`\n!!! NOT TESTED: faults of links, because ${why} !!!\n`);
      return false;
    }
  }

  /** Lets nothing that the first sends reach the second; the other way stays open. */
  cut(from: Host, to: Host): void {
    ip(
      "-n",
      from.namespace,
      "neigh",
      "replace",
      to.address,
      "lladdr",
      nowhere,
      "nud",
      "permanent",
      "dev",
      "eth0",
    );
  }

  /** Takes a cut back. */
  mend(from: Host, to: Host): void {
    ip("-n", from.namespace, "neigh", "del", to.address, "dev", "eth0");
  }

  /** Cuts a link both ways. */
  part(one: Host, other: Host): void {
    this.cut(one, other);
    this.cut(other, one);
  }

  /** Takes a parting back. */
  join(one: Host, other: Host): void {
    this.mend(one, other);
    this.mend(other, one);
  }

  /** Resets every connection that the first has to the second, whoever opened it. */
  reset(from: Host, to: Host): void {
    ip("netns", "exec", from.namespace, "ss", "-K", "-H", "dst", to.address);
  }

  /** Pulls the cable of a host. */
  unplug(host: Host): void {
    ip("-n", this.#switch, "link", "set", this.#port(host), "down");
  }

  /** Plugs it in again. */
  plug(host: Host): void {
    ip("-n", this.#switch, "link", "set", this.#port(host), "up");
  }

  [Symbol.dispose](): void {
    removeNamespaces([...this.hosts.map(({ namespace }) => namespace), this.#switch]);
  }

  #build(): void {
    ip("netns", "add", this.#switch);
    ip("-n", this.#switch, "link", "add", "br0", "type", "bridge");
    ip("-n", this.#switch, "link", "set", "br0", "up");
    for (const host of this.hosts) this.#connect(host);
  }

  #connect(host: Host): void {
    const { namespace, address } = host;
    const port = this.#port(host);
    ip("netns", "add", namespace);
    ip(
      "link",
      "add",
      "eth0",
      "netns",
      namespace,
      "type",
      "veth",
      "peer",
      "name",
      port,
      "netns",
      this.#switch,
    );
    ip("-n", this.#switch, "link", "set", port, "master", "br0", "up");
    ip("-n", namespace, "addr", "add", `${address}/24`, "dev", "eth0");
    ip("-n", namespace, "link", "set", "eth0", "up");
    ip("-n", namespace, "link", "set", "lo", "up");
  }

  #port(host: Host): string {
    return `p${this.hosts.indexOf(host)}`;
  }
}
