import type { DeadLetter } from "../message/dead-letter.ts";
import { PID } from "../pid/pid.ts";
import type { HomeProcess, Process, ProcessHome } from "../pid/process.ts";
import type { DeadLetters } from "./dead-letters.ts";
import { processId } from "./process-id.ts";

/** The address of a system that has no remote. */
const localAddress = "nonhost";

/**
 * Finds the process that sends to another address, or `undefined` if nothing can. What was found for an address may be kept:
 * where another one is to be found from now on, give the registry a resolver again.
 *
 * @example
 * import type { AddressResolver, Process, System } from "@ts-grain/actor";
 *
 * // For those who write a remote: one process for each address.
 * function connect({ processes }: System, peers: ReadonlyMap<string, Process>): void {
 *   const resolve: AddressResolver = (pid) => peers.get(pid.address);
 *   processes.useResolver(resolve);
 * }
 */
export type AddressResolver = (pid: PID) => Process | undefined;

/**
 * Knows the processes of one system by id, and the way to those of others.
 *
 * An actor without a name is listed from the moment when somebody reads its id.
 *
 * @example
 * import { ActorSystem, type ProcessRegistry, propsFromFunction } from "@ts-grain/actor";
 *
 * const system = new ActorSystem();
 * const registry: ProcessRegistry = system.processes;
 * const pid = system.root.spawnNamed(
 *   propsFromFunction(() => {}),
 *   "ada",
 * );
 * console.log(registry.getLocal("ada") === registry.get(pid), registry.isLocal(pid)); // prints: true true
 */
export class ProcessRegistry implements ProcessHome {
  readonly #processes = new Map<string, Process>();
  /** @internal Takes what has no other process. */
  readonly deadLetters: DeadLetters;
  #address: string = localAddress;
  #resolve: AddressResolver | undefined;
  // Where the last message to another address went: the next one mostly goes there as well.
  #lastFarAddress: string | undefined;
  #lastFarProcess: Process | undefined;
  #lastNumber: number;
  #listings = 0;
  #removals = 0;

  /**
   * Makes a registry whose unknown PIDs lead to the process that the given function makes.
   *
   * @param lastNumber where the numbers of processes without a name begin
   */
  constructor(makeDeadLetters: (processes: ProcessRegistry) => DeadLetters, lastNumber: number) {
    this.deadLetters = makeDeadLetters(this);
    this.#lastNumber = lastNumber;
  }

  /** The system's own address: `nonhost`, or host and port of its remote. */
  get address(): string {
    return this.#address;
  }

  /** Number of processes that are listed. */
  get size(): number {
    return this.#processes.size;
  }

  /** Says where the system can be reached. To be called once, by the remote; the PIDs of local actors follow. */
  setAddress(address: string): void {
    this.#address = address;
    this.#lastFarAddress = undefined;
  }

  /** Whether somebody finds the processes behind other addresses: the system has a remote then. */
  get hasResolver(): boolean {
    return this.#resolve !== undefined;
  }

  /** Says who finds the processes behind other addresses. To be called by the remote, when it begins and, with nobody, when it ends. */
  useResolver(resolve: AddressResolver | undefined): void {
    this.#resolve = resolve;
    this.#lastFarAddress = undefined;
  }

  /** Lists a process, and returns its PID, or `undefined` if the id is taken. */
  add(id: string, process: Process): PID | undefined {
    if (!this.list(id, process)) return undefined;
    const pid = new PID(this, id);
    if (isHomeProcess(process)) pid.process = process;
    return pid;
  }

  /** @internal How many processes were ever listed. */
  get listings(): number {
    return this.#listings;
  }

  /**
   * @internal Lists a process that has its PID; false if the id is taken.
   *
   * @param freeAt how many were listed when the id was found to be free, which spares a second look
   */
  list(id: string, process: Process, freeAt?: number): boolean {
    if (freeAt !== this.#listings && this.#processes.has(id)) return false;
    this.#listings++;
    this.#processes.set(id, process);
    return true;
  }

  /** Strikes a process off the list, so that its id is free. */
  remove(id: string): void {
    this.#processes.delete(id);
    this.#removals++;
  }

  /** How many processes were ever struck off: while that stays the same, an id of the list stands for the same process. */
  get removals(): number {
    return this.#removals;
  }

  /** The process behind the PID; the dead-letter process if there is none. */
  get(pid: PID): Process {
    const { process } = pid;
    return process !== undefined && pid.home === this ? process : this.#find(pid);
  }

  /** Counts and publishes a message that nobody will handle, and tells its sender, if it has one. */
  deadLetter(letter: DeadLetter): void {
    this.deadLetters.post(letter);
  }

  /** The process with the given id in this system. */
  getLocal(id: string): Process | undefined {
    return this.#processes.get(id);
  }

  /**
   * The process that has the PID's id now, for messages that reached one that ended.
   *
   * It is the dead-letter process, unless the name was given anew.
   */
  getSuccessor(pid: PID, ended: Process): Process {
    if (!pid.hasId) return this.deadLetters;
    const process = this.#processes.get(pid.id);
    if (process === undefined || process === ended) return this.deadLetters;
    if (isHomeProcess(process)) pid.process = process;
    return process;
  }

  /** Whether the PID names a process of this system. */
  isLocal(pid: PID): boolean {
    return pid.home === this || pid.address === this.#address || pid.address === localAddress;
  }

  /** A text that is the same for all PIDs of one process, whether or not they know the system's present address. */
  keyOf(pid: PID): string {
    // No address is empty, so no remote PID can have the key of a local one.
    return this.isLocal(pid) ? `/${pid.id}` : `${pid.address}/${pid.id}`;
  }

  /** The next id for a process without a name: `$` and a number in base 64, one more each time. */
  nextId(): string {
    this.#lastNumber++;
    return processId(this.#lastNumber);
  }

  #find(pid: PID): Process {
    if (pid.process?.home === this) return pid.process;
    if (pid.home === this.#lastFarAddress) return this.#lastFarProcess!;
    if (!this.isLocal(pid)) return this.#findFar(pid);
    const process = this.#processes.get(pid.id);
    if (process === undefined) return this.deadLetters;
    if (isHomeProcess(process)) pid.process = process;
    return process;
  }

  #findFar(pid: PID): Process {
    const process = this.#resolve?.(pid);
    if (process === undefined) return this.deadLetters;
    this.#lastFarAddress = pid.address;
    this.#lastFarProcess = process;
    return process;
  }
}

function isHomeProcess(process: Process): process is HomeProcess {
  return "home" in process;
}
